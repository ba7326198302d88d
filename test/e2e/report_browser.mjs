// The HTML report in a browser: nothing fails, nothing is fetched, pictures have names, no accessibility violation that matters, nothing
// is wider than the screen, and the keyboard reaches the tables behind the charts.
//   node report_browser.mjs BINARY
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Findings, withExample } from './program.mjs';

const require = createRequire(`${process.env.SPLITPLOT_WEB_TEST_MODULES}/`);
const { chromium } = require('playwright-core');
const axe = require('axe-core');

/** Opens the report; what the page complains about or asks for goes to `findings`. */
async function open(browser, url, options, findings) {
  // The report forbids scripts, and so the checker's: it is let in past the policy, which is tested by itself below.
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const page = await context.newPage();
  page.on('console', (message) => findings.expect(message.type() !== 'error', `console: ${message.text()}`));
  page.on('pageerror', (error) => findings.expect(false, `page error: ${error.message}`));
  page.on('request', (request) => {
    const own = request.url() === url || request.url().startsWith('data:');
    findings.expect(own, `the report asked for ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

async function checkAccessibility(page, scheme, findings) {
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const violation of violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')) {
    findings.expect(false, `${scheme}: ${violation.id}: ${violation.help} (${violation.nodes.length}): ${violation.nodes[0].html.slice(0, 200)}`);
  }
}

async function checkPictures(page, findings) {
  const names = await page.locator('svg[role=img]').evaluateAll((all) => all.map((svg) => svg.getAttribute('aria-label') ?? ''));
  findings.expect(names.length > 10, `only ${names.length} pictures`);
  findings.expect(names.every((name) => name.length > 5), 'a picture without a name');
  const bare = await page.locator('svg:not([role=img]):not([aria-hidden=true])').evaluateAll((all) => all.filter((svg) => !svg.closest('[role=img]')).length);
  findings.expect(bare === 0, `${bare} pictures are neither named nor hidden`);
}

async function checkWidth(browser, url, width, findings) {
  const page = await open(browser, url, { viewport: { width, height: 800 } }, findings);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  findings.expect(overflow <= 0, `at ${width} pixels the page is ${overflow} pixels too wide`);
  await page.context().close();
}

async function checkKeyboard(page, findings) {
  const count = await page.locator('details').count();
  findings.expect(count > 0, 'no table behind a chart');
  const details = page.locator('details').first();
  findings.expect(!(await details.evaluate((element) => element.open)), 'the first table is open from the start');
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 50; ++i) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.matches('details:first-of-type > summary') ?? false)) break;
  }
  await page.keyboard.press('Enter');
  findings.expect(await page.evaluate(() => document.activeElement?.closest('details')?.open ?? false), 'Enter does not open a table');
}

/** Without the bypass, the page's own policy must keep a script out. */
async function checkPolicy(browser, url, findings) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.intruder = true';
    document.body.append(script);
    return globalThis.intruder === true;
  });
  findings.expect(!ran, 'a script that was put on the page ran');
  await context.close();
}

async function main([binary]) {
  const findings = new Findings();
  const browser = await chromium.launch({ executablePath: process.env.SPLITPLOT_CHROMIUM, args: ['--no-sandbox'] });
  try {
    await withExample(binary, async (folder) => {
      const url = pathToFileURL(join(folder, 'report.html')).href;
      for (const colorScheme of ['light', 'dark']) {
        const page = await open(browser, url, { colorScheme, viewport: { width: 1200, height: 900 } }, findings);
        await checkAccessibility(page, colorScheme, findings);
        await checkPictures(page, findings);
        await checkKeyboard(page, findings);
        await page.context().close();
      }
      for (const width of [360, 800, 1200]) await checkWidth(browser, url, width, findings);
      await checkPolicy(browser, url, findings);
    });
  } finally {
    await browser.close();
  }
  return findings.conclude('Report in a browser');
}

process.exitCode = await main(process.argv.slice(2));
