// The dashboard in a browser, with a real server: a user's way through all of its pages.
//   node dashboard.mjs BINARY SCREENSHOT_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Findings, run } from '../e2e/program.mjs';
import { Server, withFolder } from '../served/server.mjs';
import { checkAccessibility, checkKeyboard, checkWidth, launch, open } from './browser.mjs';
import { fillShop, shopTruth } from './shop.mjs';

const kVisitors = 3000;
const kLooks = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' },
};

async function logIn(page, server) {
  await page.goto(`${server.url}/#key=${encodeURIComponent(server.keys.admin)}`);
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

/** Before there is anything: what to do next. Then in by hand, out again, and in by a link that does not stay in the address. */
async function checkLogin(browser, server, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  const key = page.getByLabel('Admin key');
  await page.goto(`${server.url}/`);
  await key.fill('sp_admin_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('does not know this key').waitFor();
  await checkAccessibility(page, 'login', findings);
  await key.fill(server.keys.admin);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
  await checkAccessibility(page, 'empty', findings);
  await page.getByRole('button', { name: 'Log out' }).click();
  await key.waitFor();
  await logIn(page, server);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.goto(`${server.url}/#key=sp_admin_wrong`);
  await page.getByRole('alert').getByText('does not know this key').waitFor();
  await page.reload();
  await page.getByRole('alert').getByText('does not know this key').waitFor();
  await logIn(page, server);
  const trace = await page.evaluate((text) => [window.location.href, document.documentElement.outerHTML, JSON.stringify({ ...localStorage })].filter((place) => place.includes(text)).length, server.keys.admin);
  findings.expect(trace === 0, 'the key is still in the address, the page or the storage');
  findings.expect(!(await page.evaluate(() => document.cookie)).includes('splitplot'), 'a script can read the session');
  await page.context().close();
}

/** The server forgets the session while a page is open: the login says why, and leads back to the page. */
async function checkSessionEnd(browser, server, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.goto(`${server.url}/#/traffic`);
  await page.getByRole('heading', { name: 'Newest events' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('alert').getByText('Your session has ended').waitFor();
  await page.getByLabel('Admin key').fill(server.keys.admin);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Newest events' }).waitFor();
  findings.expect(page.url().endsWith('#/traffic'), `after the login the page is ${page.url()}`);
  await page.context().close();
}

async function look(page, name, folder, findings) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await checkAccessibility(page, name, findings);
  await checkWidth(page, name, findings);
  findings.expect(!(await page.evaluate(() => 'intruder' in globalThis)), `${name}: a script from the data ran`);
}

/** The pages by what shows that they are complete. */
function pagesOf(longKey) {
  return {
    overview: ['#/', (page) => page.getByRole('article', { name: 'Experiment express-checkout' }).getByRole('img', { name: /^express: / }).waitFor()],
    experiment: ['#/experiments/express-checkout', (page) => page.locator('.over-time .plotted').first().waitFor()],
    variants: [`#/experiments/${longKey}`, (page) => page.locator('.panels .plotted').nth(6).waitFor()],
    lost: ['#/experiments/lost-units', (page) => page.getByText('The planned split did not arrive').first().waitFor()],
    nobody: ['#/experiments/nobody-yet', (page) => page.getByRole('heading', { name: 'What was planned' }).waitFor()],
    draft: ['#/experiments/next-quarter', (page) => page.getByText('that was started here').waitFor()],
    traffic: ['#/traffic', (page) => page.getByRole('heading', { name: 'Newest events' }).waitFor()],
    file: ['#/file', (page) => page.getByRole('button', { name: 'Choose a file' }).waitFor()],
  };
}

async function walk(browser, server, longKey, folder, findings) {
  for (const [mode, options] of Object.entries(kLooks)) {
    const page = await open(browser, server, options, findings);
    await logIn(page, server);
    for (const [name, [address, complete]] of Object.entries(pagesOf(longKey))) {
      await page.goto(`${server.url}/${address}`);
      await complete(page);
      await look(page, `${name}-${mode}`, folder, findings);
      if (mode === 'light') await checkKeyboard(page, name, findings);
    }
    await page.context().close();
  }
}

/** The 30 segments of a dimension, the truth in all charts, the points of a chart by keyboard, the numbers behind it. */
async function checkExperiment(browser, server, folder, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.goto(`${server.url}/#/experiments/express-checkout`);
  await page.getByText('Show the truth').click();
  await page.getByText(/intervals? holds? the truth\./).first().waitFor();
  findings.expect(await page.locator('.plot .truth').count() > 3, 'the truth is not drawn');
  await page.getByRole('button', { name: /Segments by/ }).click();
  await page.getByRole('option', { name: 'city' }).click();
  await page.getByRole('button', { name: 'Show all 30' }).click();
  const matrix = page.getByRole('table', { name: /^Difference to the control/ });
  await matrix.getByRole('rowheader', { name: /^city 01/ }).waitFor();
  findings.expect(await matrix.getByRole('rowheader', { name: /^city \d\d/ }).count() === 30, 'not every segment has a row');
  await look(page, 'segments', folder, findings);
  const slider = page.getByRole('slider');
  const before = await slider.getAttribute('aria-valuetext');
  await slider.focus();
  await page.keyboard.press('Home');
  findings.expect(await slider.getAttribute('aria-valuetext') !== before, 'the arrow keys do not walk through the points');
  const details = page.locator('.over-time details');
  await details.locator('summary').focus();
  await page.keyboard.press('Enter');
  findings.expect(await details.locator('tbody tr').count() > 3, 'there is no table behind the chart');
  await page.getByRole('button', { name: 'Make it dark' }).click();
  findings.expect(await page.evaluate(() => document.documentElement.dataset.theme) === 'dark', 'the switch does not make it dark');
  await page.context().close();
}

/** What a row of the matrix says of every variant. */
async function saidOf(matrix, level) {
  const row = matrix.getByRole('row').filter({ has: matrix.page().getByRole('rowheader', { name: level }) });
  return (await row.getByRole('cell').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
}

/** Which variant for whom: express helps on a telephone and only there, which is what the shop does. */
async function checkMatrix(browser, server, screenshots, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.goto(`${server.url}/#/experiments/express-checkout?dimension=device`);
  const matrix = page.getByRole('table', { name: /^Difference to the control/ });
  await matrix.getByRole('rowheader', { name: /^mobile/ }).waitFor();
  const columns = await matrix.getByRole('columnheader').allInnerTexts();
  findings.expect(columns.length === 3 && /express/.test(columns[1]) && /one-page/.test(columns[2]), `the columns are ${columns}`);
  const rows = await matrix.getByRole('rowheader').allInnerTexts();
  findings.expect(rows.map((text) => text.split('\n')[0]).join() === 'Everybody,desktop,mobile,tablet', `the rows are ${rows}`);
  const [express, onePage] = await saidOf(matrix, /^mobile/);
  findings.expect(/helps \+\d/.test(express), `express on a telephone: ${express}`);
  findings.expect(/can't tell/.test(onePage), `one-page on a telephone: ${onePage}`);
  findings.expect(/can't tell/.test((await saidOf(matrix, /^desktop/))[0]), 'express has a verdict on a desktop');
  await page.getByRole('button', { name: 'Explain: Pooled' }).first().click();
  await page.getByRole('dialog', { name: 'Pooled' }).waitFor();
  await checkAccessibility(page, 'an explanation', findings);
  await page.keyboard.press('Escape');
  await page.emulateMedia({ media: 'print' });
  findings.expect(await matrix.isVisible() && !(await page.getByRole('button', { name: 'Log out' }).isVisible()), 'on paper the matrix is missing or the menu is not');
  await page.screenshot({ path: join(screenshots, 'print.png'), fullPage: true });
  await page.context().close();
}

/** Every choice is in the address: it survives a reload and a new window, and the way back takes it back. */
async function checkAddress(browser, server, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.getByRole('article', { name: 'Experiment express-checkout' }).click();
  await page.getByRole('table', { name: /^Difference to the control/ }).waitFor();
  findings.expect(await page.title() === 'express-checkout · Splitplot', `the title is ${await page.title()}`);
  const metric = page.getByRole('region', { name: 'For whom does it work?' }).getByRole('button', { name: /Metric/ });
  await metric.click();
  await page.getByRole('option', { name: 'revenue' }).click();
  await page.getByRole('button', { name: 'one-page', exact: true }).click();
  const details = page.getByRole('table', { name: /^one-page: difference/ });
  await details.waitFor();
  await page.reload();
  await details.waitFor();
  findings.expect(/revenue/.test(await metric.innerText()), `after a reload the metric is ${await metric.innerText()}`);
  await page.goBack();
  await details.waitFor({ state: 'detached' });
  await page.goBack();
  await page.waitForFunction(() => !location.hash.includes('metric'));
  findings.expect(/bought/.test(await metric.innerText()), `after the way back the metric is ${await metric.innerText()}`);
  await page.goto(`${server.url}/#/experiments/express-checkout?dimension=device&segment=mobile`);
  await page.locator('tr.named').getByRole('rowheader', { name: /^mobile/ }).waitFor();
  findings.expect(await page.evaluate(() => document.activeElement?.dataset.row) === 'mobile', 'the row of the address has not the focus');
  await page.context().close();
}

/** What came in is told, and what is a script in the data is text. */
async function checkTraffic(browser, server, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.goto(`${server.url}/#/traffic`);
  await page.getByText('<script>globalThis.intruder').first().waitFor();
  const rejected = page.getByRole('region', { name: 'Rejected events, newest first: table' });
  findings.expect(await rejected.locator('tbody tr').count() >= 1, 'the rejected event is not shown');
  await page.context().close();
}

/** Nothing is chosen by itself; confirmed suggestions lead to an analysis, which can be taken away. */
async function checkFile(browser, server, folder, screenshots, findings) {
  const page = await open(browser, server, { ...kLooks.light, acceptDownloads: true }, findings);
  run(server.binary, ['example', '--out', folder, '--units', '20000']);
  await logIn(page, server);
  await page.goto(`${server.url}/#/file`);
  await page.locator('input[type=file]').setInputFiles(join(folder, 'experiment.csv'));
  const analyse = page.getByRole('button', { name: 'Analyse', exact: true });
  await analyse.waitFor();
  findings.expect(await analyse.isDisabled(), 'a column was chosen without being asked for');
  await page.getByRole('button', { name: 'Use all suggestions' }).click();
  // What was measured before the exposure is no outcome: only who knows the file can say so.
  await page.getByRole('button', { name: /Use spend_before as$/ }).click();
  await page.getByRole('option', { name: 'Covariate' }).click();
  await analyse.click();
  await page.getByRole('heading', { name: 'What changed?' }).waitFor();
  findings.expect(await page.evaluate(() => document.activeElement?.textContent?.startsWith('The result of')), 'the result has not the focus');
  findings.expect(!(await analyse.isVisible()), 'the columns are not folded away');
  // The way to another page and back keeps file and result.
  await page.getByRole('link', { name: 'Traffic' }).click();
  await page.getByRole('heading', { name: 'Newest events' }).waitFor();
  await page.getByRole('link', { name: 'Analyse a file' }).click();
  await page.getByRole('heading', { name: 'What changed?' }).waitFor();
  await look(page, 'file-result', screenshots, findings);
  findings.expect(await page.getByRole('img', { name: /^spend_before/ }).count() === 0, 'a covariate is shown as a metric');
  await checkKeyboard(page, 'file-result', findings);
  for (const [format, holds] of [['HTML report', /<!doctype html>/i], ['JSON', /"splitplot\.analysis"/]]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save as ${format}` }).click()]);
    findings.expect(holds.test(readFileSync(await download.path(), 'utf8')), `what was saved is no ${format}`);
  }
  await page.context().close();
}

/** The server goes away under an open page and comes back: both are seen, nothing is lost. */
async function checkConnectionLost(browser, server, findings) {
  const page = await open(browser, server, kLooks.light, findings);
  await logIn(page, server);
  await page.getByRole('article').first().waitFor();
  await page.context().setOffline(true);
  await page.getByText('Connection lost, retrying').waitFor();
  findings.expect(await page.getByRole('article').count() > 0, 'what was shown is gone with the connection');
  await page.context().setOffline(false);
  await page.getByText('Connection lost, retrying').waitFor({ state: 'detached', timeout: 60_000 });
  await page.context().close();
}

async function main([binary, screenshots]) {
  const findings = new Findings();
  mkdirSync(screenshots, { recursive: true });
  const browser = await launch();
  await withFolder(async (folder) => {
    const truth = join(folder, 'truth.json');
    writeFileSync(truth, JSON.stringify(shopTruth()));
    const server = await new Server(binary, join(folder, 'data'), { args: ['--test-mode', 'on', '--demo-truth', truth] }).start();
    const attempt = (what, work) => work().catch((error) => findings.expect(false, `${what}: ${error.message}`));
    try {
      await attempt('login', () => checkLogin(browser, server, findings));
      const { longKey } = await fillShop(server, kVisitors);
      await attempt('walk', () => walk(browser, server, longKey, screenshots, findings));
      await attempt('experiment', () => checkExperiment(browser, server, screenshots, findings));
      await attempt('matrix', () => checkMatrix(browser, server, screenshots, findings));
      await attempt('address', () => checkAddress(browser, server, findings));
      await attempt('traffic', () => checkTraffic(browser, server, findings));
      await attempt('file', () => checkFile(browser, server, folder, screenshots, findings));
      await attempt('end of the session', () => checkSessionEnd(browser, server, findings));
      await attempt('lost connection', () => checkConnectionLost(browser, server, findings));
    } finally {
      await browser.close();
      await server.kill();
    }
  });
  return findings.conclude('Dashboard in a browser');
}

process.exitCode = await main(process.argv.slice(2));
