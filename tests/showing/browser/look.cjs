// Opens a report in headless Chromium and writes every problem it finds, as JSON, on standard output.
// usage: node look.cjs CHROMIUM '[{"file": …, "widths": […], "schemes": […], "thorough": …}]'
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { chromium } = require('playwright-core');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// Runs in the page: what sticks out, and what lies on something else.
function layout() {
  const problems = [];
  const root = document.documentElement;
  const name = (e) => `${e.tagName.toLowerCase()}.${e.className}: ${e.textContent.trim().slice(0, 40)}`;
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.sr, .scroll, [popover]');
  const box = (e) => e.getBoundingClientRect();
  const apart = (a, b, slack) => {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return x <= slack || y <= slack;
  };
  const pairs = (elements, slack, rect = box) => {
    for (let i = 0; i < elements.length; i++)
      for (let j = i + 1; j < elements.length; j++)
        if (!apart(rect(elements[i]), rect(elements[j]), slack))
          problems.push(`overlap: ${name(elements[i])} / ${name(elements[j])}`);
  };
  const words = (e) => { const range = document.createRange(); range.selectNodeContents(e); return range.getBoundingClientRect(); };

  if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e) || e.closest('.e, .b')) continue;
    const r = box(e);
    if (r.width && (r.right > root.clientWidth + 1 || r.left < -1)) problems.push(`sticks out: ${name(e)}`);
  }
  for (const e of document.querySelectorAll('h1, h2, h3, p, figcaption, .stats > div, .ranks li, .strip li, .legend li, summary, .week > header')) {
    if (seen(e) && !e.closest('.sr') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth) problems.push(`too wide: ${name(e)}`);
  }
  for (const column of document.querySelectorAll('.column')) {
    const boxes = [...column.querySelectorAll('.e, .b')];
    pairs(boxes, 0.6);
    for (const b of boxes) {
      const c = box(column), r = box(b);
      if (r.left < c.left - 1 || r.right > c.right + 1 || r.top < c.top - 1 || r.bottom > c.bottom + 1) problems.push(`out of its day: ${name(b)}`);
    }
  }
  for (const group of ['main > *', '.stats > *', '.two > *', '.charts > *', '.week > header > *', '.pair > *', 'header.top > *', '.legend > li', '.strip', '.day > .name'])
    for (const parent of new Set([...document.querySelectorAll(group)].map((e) => e.parentElement)))
      pairs([...parent.children].filter((e) => seen(e) && e.matches(group.split('>').pop().trim())), 0.6);
  for (const axis of document.querySelectorAll('.axis')) pairs([...axis.children].filter(seen), 0.6, words);
  for (const plot of document.querySelectorAll('.plot')) pairs([...plot.querySelectorAll('.line span')], 0.6);
  return problems;
}

// Contrast costs half of the time: `what` is all, all but it, or it alone (between two colour schemes
// nothing else differs).
async function axe(page, where, what) {
  const runOnly = what === 'contrast' ? { type: 'rule', values: ['color-contrast'] } : TAGS;
  const rules = what === 'rest' ? { 'color-contrast': { enabled: false } } : {};
  const result = await page.evaluate((o) => axe.run(document, { ...o, resultTypes: ['violations'] }), { runOnly, rules });
  return result.violations.flatMap((v) => v.nodes.slice(0, 3).map((n) => `axe ${where} ${v.id}: ${n.target.join(' ')}: ${n.failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`));
}

// The first blocks say why: to a click, and to the Enter key.
async function reasons(page, schemes) {
  const problems = [];
  const buttons = page.locator('button[popovertarget]:not(.close)');
  const count = await buttons.count();
  for (let n = 0; n < Math.min(count, 4); n++) {
    const button = buttons.nth(n);
    const card = page.locator('#' + (await button.getAttribute('popovertarget')));
    if (n % 2) { await button.focus(); await page.keyboard.press('Enter'); } else await button.click();
    if (!(await card.isVisible())) { problems.push(`block ${n}: no reason shows`); continue; }
    if (!(await card.evaluate((e) => e.contains(document.activeElement)))) problems.push(`block ${n}: its card has no focus`);
    const said = await card.innerText();
    if (!/Why/.test(said) || said.length < 60) problems.push(`block ${n}: no reason in “${said.slice(0, 60)}”`);
    const r = await card.boundingBox(), view = page.viewportSize();
    if (r.x < 0 || r.y < 0 || r.x + r.width > view.width || r.y + r.height > view.height) problems.push(`block ${n}: its card sticks out`);
    for (const colorScheme of n === 0 ? schemes : []) {
      await page.emulateMedia({ colorScheme });
      problems.push(...(await axe(page, `card ${colorScheme}`, colorScheme === schemes[0] ? 'all' : 'contrast')));
    }
    if (n % 2) await page.keyboard.press('Escape'); else await card.getByRole('button', { name: 'Close' }).click();
    if (await card.isVisible()) problems.push(`block ${n}: its card stays`);
    if (!(await button.evaluate((e) => e === document.activeElement))) problems.push(`block ${n}: the focus does not come back to it`);
  }
  return { problems, count };
}

// A narrow page shows one picture of each week, and the other one to a key.
async function sides(page) {
  const shown = (side) => page.locator(`.grid.${side}`).first().isVisible();
  const both = async () => [await shown('before'), await shown('after')].join();
  if (!(await page.locator('.sides').isVisible())) return (await both()) === 'true,true' ? [] : ['a picture is missing'];
  const problems = (await both()) === 'false,true' ? [] : ['a phone does not begin with the picture after'];
  await page.locator('#show-after').focus();
  await page.keyboard.press('ArrowLeft');
  if ((await both()) !== 'true,false') problems.push('the picture before can’t be chosen');
  problems.push(...(await page.evaluate(layout)));
  await page.keyboard.press('ArrowRight');
  return problems;
}

async function main() {
  const [executablePath, jobs] = [process.argv[2], JSON.parse(process.argv[3])];
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath, args });
  const found = [];
  for (const job of jobs) {
    const say = (where, problems) => problems.forEach((p) => found.push(`${path.basename(job.file)} ${where}: ${p}`));
    const page = await browser.newPage();
    let where = 'load';
    const asked = [], url = pathToFileURL(job.file).href;
    page.on('request', (r) => asked.push(r.url()));
    page.on('pageerror', (e) => say(where, [`error: ${e}`]));
    page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) say(where, [`console: ${m.text()}`]); });
    await page.goto(url);
    await page.evaluate(AXE);
    for (const width of job.widths) {
      where = `${width}`;
      await page.setViewportSize({ width, height: 900 });
      say(where, await page.evaluate(layout));
      const shown = await reasons(page, width === job.widths[0] ? job.schemes : []);
      say(where, [...shown.problems, ...(await sides(page))]);
      if (job.blocks && !shown.count) say(where, ['no block to choose']);
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
      say(where + ' open', await page.evaluate(layout));
      for (const colorScheme of job.schemes) {
        where = `${width} ${colorScheme}`;
        await page.emulateMedia({ colorScheme });
        const first = colorScheme === job.schemes[0];
        const contrast = job.thorough || width === job.widths.at(-1) || (first && width === job.widths[0]);
        if (first || contrast) say(where, await axe(page, 'open', first ? (contrast ? 'all' : 'rest') : 'contrast'));
      }
      await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = false; }));
    }
    say('load', asked.filter((one) => one !== url && !one.startsWith('data:')).map((one) => `asks for ${one}`));
    for (const format of job.paper || []) {
      const pages = ((await page.pdf({ format })).toString('latin1').match(/\/Type \/Page\b/g) || []).length;
      if (pages !== 2) say(format, [`prints on ${pages} pages`]);
    }
    await page.close();
  }
  await browser.close();
  process.stdout.write(JSON.stringify(found));
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
