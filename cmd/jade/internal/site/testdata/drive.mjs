// Opens the page in a real browser, uses it as a person would, and prints what it saw as JSON, for browser_test.go to judge.
//
//   node drive.mjs BROWSER PAGE FOLDER
//
// FOLDER has playwright-core.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [browserPath, file, folder] = process.argv.slice(2);
const { chromium } = createRequire(folder + "/package.json")("playwright-core");
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// looks is about what is shown: which pages, whether it is wider than the window, and which texts of a chart lie on each other.
function looks() {
  const shown = [...document.querySelectorAll("main > section")].filter((s) => getComputedStyle(s).display !== "none");
  const boxes = [...document.querySelectorAll("main > section svg text")].filter((t) => t.checkVisibility()).map((t) => t.getBoundingClientRect()).filter((b) => b.width > 0);
  let overlaps = 0;
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2) overlaps++;
    }
  }
  return {
    title: shown.map((s) => s.querySelector("h1").textContent).join(),
    scrolls: document.documentElement.scrollWidth > innerWidth,
    texts: boxes.length,
    overlaps,
    ground: getComputedStyle(document.documentElement).backgroundColor,
  };
}

const seen = {};
try {
  for (const [name, width, height, scheme] of [["light", 1300, 900, "light"], ["dark", 1300, 900, "dark"], ["phone", 390, 844, "light"]]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, offline: true });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000); // a busy machine is no fault of the page's
    const saw = (seen[name] = { errors: [], requests: [] });
    page.on("console", (m) => ["error", "warning"].includes(m.type()) && saw.errors.push(m.text()));
    page.on("pageerror", (error) => saw.errors.push(String(error)));
    const url = pathToFileURL(file).href;
    page.on("request", (r) => r.url() !== url && saw.requests.push(r.url()));
    await page.goto(url);
    saw.overview = await page.evaluate(looks);
    await page.fill("#search", "COINS");
    saw.found = await page.textContent("#found");
    saw.listed = await page.evaluate(() => [...document.querySelectorAll("nav li")].filter((li) => li.checkVisibility()).map((li) => li.textContent.trim()));
    await page.press("#search", "Enter");
    await page.waitForFunction(() => location.hash !== "");
    saw.task = await page.evaluate(looks);
    await page.click("main section:target table a");
    await page.waitForFunction(() => document.querySelector("section:target svg"));
    saw.flow = await page.evaluate(looks);
    await page.fill("#search", "nothing has this name");
    saw.none = await page.textContent("#found");
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
