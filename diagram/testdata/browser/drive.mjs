// Opens pages in a real browser, uses them as a person would, and prints what
// it saw as JSON, for browser_test.go to judge.
//
//   node drive.mjs BROWSER PLAN
//
// PLAN is a file with a list of visits: what page to open, how, and what to do there.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [browserPath, planPath] = process.argv.slice(2);
const visits = JSON.parse(readFileSync(planPath, "utf8"));
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const seen = [];
try {
  for (const visit of visits) {
    seen.push(await see(visit));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen, null, 1));

async function see(visit) {
  const context = await browser.newContext({
    viewport: { width: visit.width, height: visit.height },
    colorScheme: visit.dark ? "dark" : "light",
    javaScriptEnabled: !visit.static,
    hasTouch: Boolean(visit.tap),
    offline: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // a busy machine is no fault of the page's
  const report = { name: visit.name, errors: [], requests: [], dialogs: 0 };
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && report.errors.push(message.text()));
  page.on("pageerror", (error) => report.errors.push(String(error)));
  page.on("dialog", (dialog) => { report.dialogs++; dialog.dismiss(); });
  page.on("request", (request) => report.requests.push(request.url()));

  const url = pathToFileURL(visit.file).href;
  // How many milliseconds of processor time the page takes to load. Others may use the machine too, so the clock does not say.
  const metrics = await page.context().newCDPSession(page);
  await metrics.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(url);
  const { metrics: all } = await metrics.send("Performance.getMetrics");
  report.loaded = Math.round(1000 * all.find((one) => one.name === "TaskDuration").value);
  report.requests = report.requests.filter((one) => one !== url && !one.startsWith("data:"));
  if (!visit.static) {
    report.looks = await page.evaluate(looks);
    report.ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  }
  if (visit.all) {
    report.few = await page.locator("#chart a.box").count();
    await page.locator("#boxes").click();
    report.all = await page.locator("#chart a.box").count();
    report.allLooks = await page.evaluate(looks);
  }
  if (visit.hover) {
    await page.locator(`a.box[aria-label^="${visit.hover}"] text`).first().hover();
    report.hovered = await page.evaluate(chosen);
    await page.mouse.move(1, 1);
    report.left = await page.evaluate(chosen);
  }
  if (visit.tap) {
    await page.locator(`a.row[aria-label^="${visit.tap}"]`).first().tap();
    report.tapped = await page.evaluate(chosen);
  }
  if (visit.focus) {
    await page.locator(`a.row[aria-label^="${visit.focus}"]`).first().focus();
    report.focused = await page.evaluate(chosen);
  }
  if (visit.click) {
    await page.locator(`a.box[aria-label^="${visit.click}"] text`).first().click();
    report.clicked = await page.locator("#items > article:target").innerText();
  }
  if (visit.search) {
    await page.keyboard.press("/");
    await page.keyboard.type(visit.search);
    report.found = await page.evaluate(() => ({
      text: document.getElementById("found").textContent,
      boxes: Array.from(document.querySelectorAll("a.box.hit"), (box) => box.getAttribute("aria-label")),
      rows: Array.from(document.querySelectorAll("a.row:not(.gone)"), (row) => row.getAttribute("aria-label")),
    }));
    await page.keyboard.press("Enter");
    report.entered = await page.evaluate(chosen);
  }
  if (visit.shot) {
    await page.screenshot({ path: visit.shot, fullPage: Boolean(visit.whole) });
  }
  await context.close();
  return report;
}

// chosen is what the page tells of, and what it highlights.
function chosen() {
  return {
    told: Array.from(document.querySelectorAll("#items > article"), (article) => article)
      .filter((article) => article.getClientRects().length > 0)
      .map((article) => article.innerText),
    on: Array.from(document.querySelectorAll(".on"), (element) => element.getAttribute("aria-label")),
  };
}

// looks checks where everything is: what overlaps, what sticks out.
function looks() {
  const rect = (element) => element.tagName === "text" ? line(element) : element.getBoundingClientRect();
  // line is where a text of the chart is. Its height is that of its letters: the browser's own is that of
  // whatever font has the rarest sign in it.
  const line = (text) => {
    const at = text.getBoundingClientRect();
    const matrix = text.getScreenCTM();
    const baseline = matrix.f + matrix.d * text.y.baseVal[0].value;
    const size = matrix.d * parseFloat(getComputedStyle(text).fontSize);
    return { left: at.left, right: at.right, width: at.width, top: baseline - 0.8 * size, bottom: baseline + 0.25 * size };
  };
  const canvas = document.getElementById("canvas");
  const slack = 0.6; // of a pixel: glyphs are not cut to measure
  const apart = (a, b) => a.right <= b.left + slack || b.right <= a.left + slack || a.bottom <= b.top + slack || b.bottom <= a.top + slack;
  const inside = (a, b) => a.left >= b.left - slack && a.right <= b.right + slack && a.top >= b.top - slack && a.bottom <= b.bottom + slack;
  const overlaps = [];
  const pairs = (things, name) => {
    const sorted = things.map((thing) => ({ thing, at: rect(thing) })).filter((one) => one.at.width > 0).sort((a, b) => a.at.left - b.at.left);
    for (let i = 0; i < sorted.length; i++) {
      for (let k = i + 1; k < sorted.length && sorted[k].at.left < sorted[i].at.right; k++) {
        if (!apart(sorted[i].at, sorted[k].at)) {
          overlaps.push(name + ": " + sorted[i].thing.textContent + " | " + sorted[k].thing.textContent);
        }
      }
    }
  };
  const texts = Array.from(document.querySelectorAll("#chart text"));
  pairs(texts, "labels");
  pairs(Array.from(document.querySelectorAll("#chart a.box:not(.frame) .body")), "boxes");
  for (const text of texts) {
    const box = text.closest("a.box");
    if (box && !inside(rect(text), rect(box.querySelector(".body")))) {
      overlaps.push("out of its box: " + text.textContent);
    }
  }
  pairs(Array.from(document.querySelectorAll(".axis text")), "scale");
  for (const row of Array.from(document.querySelectorAll("a.row")).slice(0, 200)) {
    pairs(Array.from(row.querySelectorAll(".what bdi, .took, .effect")), "row");
  }
  return {
    overlaps: overlaps.slice(0, 20),
    labels: texts.length,
    cut: canvas ? canvas.scrollWidth - canvas.clientWidth : 0,
    fades: canvas?.classList.contains("cut-right") ?? false,
    top: Array.from(document.querySelectorAll("main section")).sort((a, b) => rect(a).top - rect(b).top)[0]?.className ?? "",
    scrolls: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    verdict: document.getElementById("verdict")?.textContent ?? "",
  };
}
