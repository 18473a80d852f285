// Has the real Mermaid draw charts in a real browser, and prints what labels it
// shows, as JSON, for mermaid_real_test.go to judge.
//
//   node render.mjs BROWSER CHARTS
//
// CHARTS is a file with a list of texts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [browserPath, chartsPath] = process.argv.slice(2);
const charts = JSON.parse(readFileSync(chartsPath, "utf8"));
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const drawn = [];
try {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  page.on("dialog", (dialog) => { drawn.push({ error: "a dialog: " + dialog.message() }); dialog.dismiss(); });
  await page.setContent("<!doctype html><body></body>");
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js") });
  await page.evaluate(() => mermaid.initialize({ startOnLoad: false, maxTextSize: 1e6, maxEdges: 5000 }));
  for (const [i, chart] of charts.entries()) {
    drawn.push(await page.evaluate(draw, [i, chart]));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(drawn));

async function draw([i, chart]) {
  try {
    const { svg } = await mermaid.render("chart" + i, chart);
    document.body.innerHTML = svg;
    const lines = (selector) => Array.from(document.querySelectorAll(selector)).map((element) => {
      for (const br of element.querySelectorAll("br")) {
        br.replaceWith("\n");
      }
      return element.textContent;
    });
    return {
      labels: lines(".node .nodeLabel, .cluster .nodeLabel"),
      edges: document.querySelectorAll(".edgePaths path, .edgePath path, path.flowchart-link").length,
      scripts: document.body.querySelectorAll("script, img, iframe").length,
    };
  } catch (error) {
    return { error: String(error) };
  }
}
