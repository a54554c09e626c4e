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
  for (const e of document.querySelectorAll('h1, h2, h3, p, figcaption, .row, .ranks li, .levels li, .legend li, summary')) {
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
  for (const group of ['main > *', '.spread > *', '.two > *', '.charts > *', '.week > *', '.week > ol > *', 'header.top > *', '.legend > li', '.levels > *', '.day > .name'])
    for (const parent of new Set([...document.querySelectorAll(group)].map((e) => e.parentElement)))
      pairs([...parent.children].filter((e) => seen(e) && e.matches(group.split('>').pop().trim())), 0.6);
  for (const axis of document.querySelectorAll('.axis')) pairs([...axis.children].filter(seen), 0.6, words);
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

// The first blocks lead to their line in the list, to a click and to the Enter key.
async function leads(page) {
  const problems = [];
  const links = page.locator('.b a');
  const count = await links.count();
  for (let n = 0; n < Math.min(count, 4); n++) {
    const link = links.nth(n), row = page.locator(await link.getAttribute('href'));
    if (n % 2) { await link.focus(); await page.keyboard.press('Enter'); } else await link.click();
    if (!(await row.evaluate((e) => e.matches(':target')))) problems.push(`block ${n}: its line is not marked`);
    const r = await row.boundingBox();
    if (r.y < 0 || r.y + r.height > page.viewportSize().height) problems.push(`block ${n}: its line is not in view`);
  }
  return { problems, count };
}

// On paper nothing can be pointed at: a meeting's name has to be there to be read.
function names() {
  return [...document.querySelectorAll('.e .t')].filter((e) => {
    const r = e.getBoundingClientRect(), range = document.createRange();
    range.selectNodeContents(e);
    return !e.checkVisibility({ opacityProperty: true }) || r.height < 5 || r.width < 10 || !range.getClientRects().length;
  }).map((e) => `no name on paper: ${e.textContent.trim().slice(0, 40)}`);
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
      const shown = await leads(page);
      say(where, shown.problems);
      const screens = await page.evaluate(() => (document.querySelector('.trends').getBoundingClientRect().top + scrollY) / 812);
      if (job.blocks && width === 375 && screens > 3) say(where, [`${screens.toFixed(2)} screens before the trends`]);
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
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await page.setViewportSize({ width: 710, height: 1000 });
    say('print', [...(await page.evaluate(layout)), ...(job.blocks ? await page.evaluate(names) : [])]);
    await page.emulateMedia({ media: null });
    for (const format of job.paper || []) {
      const pages = ((await page.pdf({ format })).toString('latin1').match(/\/Type \/Page\b/g) || []).length;
      if (pages > 3) say(format, [`prints on ${pages} pages`]);
    }
    await page.close();
  }
  await browser.close();
  process.stdout.write(JSON.stringify(found));
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
