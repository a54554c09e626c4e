// Does what a person does on the local page, in headless Chromium, and writes every problem as JSON on standard output.
// usage: node desk.cjs CHROMIUM '{"job": "look" | "keys" | "attack", "address": …, …}'
const fs = require('fs');
const http = require('http');
const { chromium } = require('playwright-core');

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const problems = [];

// Nothing sticks out, and axe has nothing to say, at every width in both schemes.
async function look(browser, job) {
  const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  const page = await (await browser.newContext()).newPage();
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) problems.push(`console: ${m.text()}`); });
  await page.goto(job.address);
  if (new URL(page.url()).search) problems.push('the ticket is left in the address');
  for (const width of [320, 375, 800, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
      for (const v of found.violations) problems.push(`${width} ${colorScheme} axe ${v.id}: ${v.nodes[0].target.join(' ')}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) problems.push(`${width}: ${wide} px too wide`);
      if (job.shots) await page.screenshot({ path: `${job.shots}/desk-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
}

// Tab to the control that is called so, as somebody without a mouse does.
async function reach(page, name) {
  for (let presses = 0; presses < 300; presses++) {
    await page.keyboard.press('Tab');
    const focus = page.locator(':focus');
    if (!(await focus.count())) continue;
    const called = (await focus.getAttribute('aria-label')) || (await focus.getAttribute('id')) || (await focus.textContent());
    if (called.trim().startsWith(name)) return;
  }
  throw new Error(`the keyboard does not reach “${name}”`);
}

// Every job with the keyboard alone, with no script running in the page; job.steps are [what to reach, what to type].
async function keys(browser, job) {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(job.address);
  const said = [];
  for (const steps of job.deeds) {
    for (const [name, typed] of steps) {
      await reach(page, name);
      if (typed) await page.keyboard.type(typed);
    }
    const [last] = steps.at(-1);
    await Promise.all([page.waitForURL('**/'), page.waitForLoadState('load'), page.keyboard.press('Enter')]);
    await page.waitForSelector('.told').catch(() => { throw new Error(`nothing is said after “${last}”`); });
    said.push([last, (await page.locator('.told').textContent()).trim()]);
  }
  return said;
}

// A page of somebody else's, on another port and under a name that resolves to this machine.
async function attack(browser, job) {
  const target = new URL(job.address).origin;
  const forms = job.paths.map((path, n) => `<form method="post" action="${target}${path}" target="f${n}"><input name="key" value="x"></form><iframe name="f${n}"></iframe>`).join('');
  const html = `<img src="${target}/page.css"><iframe src="${target}/"></iframe>${forms}<script>
    for (const form of document.forms) form.submit();
    for (const credentials of ['include', 'omit']) for (const mode of ['cors', 'no-cors'])
      fetch('${target}/', { credentials, mode }).then((r) => r.text()).then((t) => { if (t) document.title = 'read'; }, () => 0);
  </script>`;
  const server = http.createServer((q, a) => a.writeHead(200, { 'content-type': 'text/html' }).end(html));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const context = await browser.newContext();
  const person = await context.newPage();
  await person.goto(job.address); // the cookie is there: whatever is refused is refused in spite of it
  const stranger = await context.newPage();
  const statuses = [];
  context.on('response', (r) => { if (r.frame().page() === stranger) statuses.push([r.url(), r.status()]); });
  await stranger.goto(`http://127.0.0.1:${server.address().port}/`);
  await stranger.waitForTimeout(2000);
  if ((await stranger.title()) === 'read') problems.push('a foreign page read ours');
  for (const frame of stranger.frames()) {
    const text = frame === stranger.mainFrame() ? '' : await frame.locator('body').textContent().catch(() => '');
    if (/thinking time/i.test(text)) problems.push('a foreign page shows ours in a frame');
  }
  const rebound = target.replace('127.0.0.1', 'evil.test');
  const answer = await stranger.goto(`${rebound}/`).catch(() => null);
  if (!answer || answer.status() !== 421) problems.push(`a rebound name is answered ${answer && answer.status()}`);
  server.close();
  return statuses;
}

async function main() {
  const [executablePath, job] = [process.argv[2], JSON.parse(process.argv[3])];
  const browser = await chromium.launch({ executablePath, args: [...ARGS, '--host-resolver-rules=MAP evil.test 127.0.0.1'] });
  let said = null;
  try {
    said = await { look, keys, attack }[job.job](browser, job);
  } catch (error) {
    problems.push(String(error));
  }
  await browser.close();
  process.stdout.write(JSON.stringify({ problems, said: said || [] }));
}
main();
