// Reads feeds as other people's programs do: node npm_readers.cjs FILE … prints {reader: [[item, …] of each file]}.
const fs = require("fs");
const { createRequire } = require("module");
const { Readable } = require("stream");

const fromHere = createRequire(`${process.cwd()}/package.json`);
const RssParser = fromHere("rss-parser");
const FeedParser = fromHere("feedparser");

const readers = {
  "rss-parser": async (xml) => {
    const { items } = await new RssParser().parseString(xml);
    return items.map((item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      published: item.isoDate,
      body: item["content:encoded"] ?? item.content,
      enclosures: item.enclosure ? [[item.enclosure.url, item.enclosure.type]] : [],
    }));
  },
  feedparser: async (xml) => {
    const items = await itemsOf(Readable.from([xml]).pipe(new FeedParser({ addmeta: false })));
    return items.map((item) => ({
      id: item.guid,
      title: item.title,
      published: item.pubdate.toISOString(),
      body: item.description,
      enclosures: item.enclosures.map((each) => [each.url, each.type]),
    }));
  },
};

function itemsOf(parser) {
  const items = [];
  return new Promise((resolve, reject) => {
    parser.on("data", (item) => items.push(item));
    parser.on("end", () => resolve(items));
    parser.on("error", reject);
  });
}

async function main(files) {
  const found = {};
  for (const [name, read] of Object.entries(readers)) {
    found[name] = await Promise.all(files.map((file) => read(fs.readFileSync(file, "utf8"))));
  }
  process.stdout.write(JSON.stringify(found));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
