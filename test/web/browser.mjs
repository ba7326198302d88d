// A browser that tells what a page must never do: fail, break its policy, or ask another server for anything.
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.SPLITPLOT_WEB_TEST_MODULES}/`);
const { chromium } = require('playwright-core');
const axe = require('axe-core');

export function launch() {
  return chromium.launch({ executablePath: process.env.SPLITPLOT_CHROMIUM, args: ['--no-sandbox'] });
}

/** The browser itself writes a line for every answer of 400 and more; which of them are right, the tests of the routes say. */
function isComplaint(message) {
  return message.type() === 'error' && !message.text().startsWith('Failed to load resource');
}

/** A new window on the server; what it complains about goes to `findings`. */
export async function open(browser, server, options, findings) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => findings.expect(!isComplaint(message), `console: ${message.text()}`));
  page.on('pageerror', (error) => findings.expect(false, `page error: ${error.message}`));
  page.on('request', (request) => {
    const own = request.url().startsWith(`${server.url}/`) || request.url().startsWith('data:') || request.url().startsWith('blob:');
    findings.expect(own, `the page asked for ${request.url()}`);
  });
  return page;
}

export async function checkAccessibility(page, where, findings) {
  // Evaluated past the page's policy, which is tested by itself.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const violation of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
    findings.expect(false, `${where}: ${violation.id}: ${violation.help} (${violation.nodes.length}): ${violation.nodes[0].html.slice(0, 200)}`);
  }
}

export async function checkWidth(page, where, findings) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  findings.expect(overflow <= 0, `${where}: ${overflow} pixels too wide`);
}

/** Every visible thing that can be pressed or walked through gets the focus by Tab. */
export async function checkKeyboard(page, where, findings) {
  const count = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')];
    const seen = all.filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && !one.closest('details:not([open]) > :not(summary)') && !one.closest('[aria-hidden=true]'));
    seen.forEach((one, i) => { one.dataset.reach = String(i); });
    document.activeElement?.blur();
    return seen.length;
  });
  const reached = new Set();
  for (let i = 0; i < count + 30; ++i) {
    await page.keyboard.press('Tab');
    const mark = await page.evaluate(() => document.activeElement?.dataset.reach);
    if (mark !== undefined) reached.add(mark);
  }
  const missed = await page.evaluate((marks) => [...document.querySelectorAll('[data-reach]')].filter((one) => !marks.includes(one.dataset.reach)).map((one) => one.outerHTML.slice(0, 160)), [...reached]);
  findings.expect(count > 3, `${where}: only ${count} things to reach`);
  findings.expect(missed.length === 0, `${where}: the keyboard does not reach ${missed.join(' and ')}`);
}
