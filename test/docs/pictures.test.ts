import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { stackIn } from '../../fixtures/variants';
import { LibreChatServerless } from '../../src';
import { architectureOf } from '../../tools/pictures/architecture';
import { drawArchitecture } from '../../tools/pictures/draw-architecture';
import { contrast, PALETTES } from '../../tools/pictures/palette';
import { files, scenes, templateOfForm } from '../../tools/pictures/pictures';
import type { Arrow, Label, Rectangle, Scene, Text } from '../../tools/pictures/scene';
import { svgOf } from '../../tools/pictures/svg';
import { extentOf } from '../../tools/pictures/text-width';
import { resourcesOf, type Template, templateOf } from '../../tools/template';
import { describeWith } from '../requires';

const IMAGES = join(__dirname, '../../docs/images');
const READABLE = 4.5;
const SMALLEST = 11;
const BROWSER_MS = 60_000;

const drawn = scenes();
const byName = drawn.map((scene) => [scene.name, scene] as const);

test.each(Object.entries(files()))('%s is what is drawn: `npx projen pictures` renews it', (name, content) => {
  expect(readFileSync(join(IMAGES, name), 'utf8')).toBe(content);
});

test('no drawing is left over from before', () => {
  expect(readdirSync(IMAGES).filter((name) => name.endsWith('.svg')).sort()).toEqual(Object.keys(files()).sort());
});

test('drawing is the same each time', () => {
  expect(files()).toEqual(files());
});

describe('the architecture', () => {
  const minimal = templateOfForm('minimal');
  const words = wordsOf(drawArchitecture('it', 'It', architectureOf(minimal)));

  test('shows each path pattern of the distribution, in its order', () => {
    const { CacheBehaviors } = resourcesOf(minimal, 'AWS::CloudFront::Distribution')[0].properties.DistributionConfig;
    const patterns: string[] = [...CacheBehaviors.map(({ PathPattern }: any) => PathPattern), '*'];
    expect(patterns.length).toBeGreaterThan(3);
    expect(words.filter((word) => patterns.includes(word))).toEqual(patterns);
  });

  test.each([
    ['AWS::Lambda::Function', { MemorySize: 2048 }, { MemorySize: 1769 }, /, 1769 MB,/],
    ['AWS::Lambda::Function', { Timeout: 900 }, { Timeout: 600 }, /MB, up to 600 s/],
    ['AWS::Lambda::Function', { MemorySize: 2048 }, { Architectures: ['x86_64'] }, /image, x86_64,/],
    ['AWS::ApiGateway::Stage', {}, { StageName: 'live' }, /stage live,/],
    ['AWS::ElastiCache::ReplicationGroup', {}, { CacheNodeType: 'cache.t4g.small' }, /^1 × cache\.t4g\.small$/],
    ['AWS::ElastiCache::ReplicationGroup', {}, { Engine: 'valkey', EngineVersion: '8.0' }, /^Valkey 8\.0, TLS$/],
    ['AWS::ElastiCache::ReplicationGroup', {}, { TransitEncryptionEnabled: false }, /^Redis 7\.1$/],
    ['AWS::DocDB::DBCluster', {}, { ServerlessV2ScalingConfiguration: { MinCapacity: 2, MaxCapacity: 4 } }, /^2 to 4 DCU$/],
  ])('reads its words from the template: %s %j as %j', (type, which, change, expected) => {
    const changed = withProperties(minimal, type, which, change);
    expect(words).not.toContainEqual(expect.stringMatching(expected));
    expect(wordsOf(drawArchitecture('it', 'It', architectureOf(changed)))).toContainEqual(expect.stringMatching(expected));
  });

  test('counts zones, NAT gateways, instances and secrets', () => {
    expect(words).toEqual(expect.arrayContaining(['VPC, 2 zones', '1 NAT gateway', 'serverless, 1 instance', '4 generated secrets']));
  });

  test('finds who calls whom', () => {
    expect(architectureOf(minimal).edges.map(({ from, to, label }) => [from, to, label])).toEqual([
      ['browser', 'distribution', 'HTTPS'],
      ['distribution', 'page', 'signed (OAC)'],
      ['distribution', 'api', '+ key'],
      ['publisher', 'page', undefined],
      ['api', 'function', 'invokes, and streams back'],
      ['function', 'redis', 'pub/sub, cache'],
      ['function', 'database', 'MongoDB'],
      ['function', 'files', undefined],
      ['function', 'secrets', undefined],
    ]);
  });

  test('draws no arrow that the template does not prove', () => {
    const plain = JSON.parse(JSON.stringify(minimal).replace('"OriginAccessControlId"', '"Other"').replace('"x-api-key"', '"x-other"'));
    const less = withServingVariables(plain, (name) => !['AWS_BUCKET_NAME', 'REDIS_URI'].includes(name));
    const edges = architectureOf(less).edges.map(({ from, to, label }) => `${from} ${to} ${label}`);
    expect(edges).toEqual(expect.arrayContaining(['distribution page undefined', 'distribution api undefined']));
    expect(edges.filter((edge) => /function (files|redis)/.test(edge))).toEqual([]);
  });

  test('draws nothing that is not there', () => {
    const { nodes, network } = architectureOf(templateOfForm('no-vpc'));
    expect(network).toBe('Without a VPC');
    expect(nodes.nat).toBeUndefined();
    expect(nodes.endpoint).toBeUndefined();
    expect(nodes.database!.title).toBe('MongoDB of yours');
    expect(nodes.redis!.title).toBe('Redis of yours');
  });

  test.each(['AWS::DynamoDB::Table', 'AWS::EFS::FileSystem', 'AWS::SQS::Queue'])('fails when the template has %s', (type) => {
    const template = { Resources: { ...minimal.Resources, New: { Type: type } } };
    expect(() => architectureOf(template)).toThrow(`resources must be of types that tools/pictures/known-types.ts lists, got: ${type}`);
  });

  test('fails when there is a bucket that is neither for the page nor for files', () => {
    const template = { Resources: { ...minimal.Resources, Another: { Type: 'AWS::S3::Bucket' } } };
    expect(() => architectureOf(template)).toThrow('buckets must be one for the page and one for files at most');
  });

  test('has a way for each arrow, and a place for its label', () => {
    const { edges } = architectureOf(minimal);
    const { arrows, labels } = drawArchitecture('it', 'It', architectureOf(minimal));
    expect(arrows.every(({ points }) => points.length > 1)).toBe(true);
    expect(labels.map(({ text }) => text)).toEqual(edges.flatMap(({ label }) => label ?? []));
  });

  test('fails when the function is there twice', () => {
    const template = synthesize((stack) => {
      new LibreChatServerless(stack, 'One');
      new LibreChatServerless(stack, 'Two');
    });
    expect(() => architectureOf(template)).toThrow('there must be one serve, got: 2');
  });
});

describe.each(byName)('%s', (_name, scene) => {
  test('has a title and a description, and takes nothing from elsewhere', () => {
    const svg = svgOf(scene, PALETTES[0]);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]+<\/desc>/);
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|<image|<use|<foreignObject|@import|@font-face|href=|https?:|url\((?!#)/);
  });

  test('has no colour that is hard to read', () => {
    const pairs = [
      ...[...scene.boxes, ...scene.groups].flatMap(({ surface, texts }) => texts.map(({ tone }) => [tone, surface] as const)),
      ...scene.labels.map(({ tone, surface }) => [tone, surface] as const),
    ];
    for (const { name, tones, surfaces } of PALETTES) {
      for (const [tone, surface] of pairs) {
        expect([name, tone, surface, contrast(tones[tone], surfaces[surface]) >= READABLE]).toEqual([name, tone, surface, true]);
      }
    }
  });

  test('has no letters that are too small at the width of README', () => {
    expect(scene.width).toBeLessThanOrEqual(830);
    expect(Math.min(...textsOf(scene).map(({ size }) => size))).toBeGreaterThanOrEqual(SMALLEST);
  });

  test('keeps each text in its box, and each box in the picture', () => {
    const page = { x: 0, y: 0, width: scene.width, height: scene.height };
    for (const box of [...scene.boxes, ...scene.groups]) {
      expect([box.id, holds(page, box)]).toEqual([box.id, true]);
      for (const text of box.texts) expect([box.id, text.text, holds(box, extentOf(text))]).toEqual([box.id, text.text, true]);
    }
    for (const label of scene.labels) expect([label.text, holds(page, extentOf(label))]).toEqual([label.text, true]);
  });

  test('has no boxes that overlap', () => {
    expect(overlaps(scene.boxes)).toEqual([]);
    expect(overlaps(scene.groups)).toEqual([]);
    for (const group of scene.groups) {
      for (const box of scene.boxes) {
        expect([box.id, group.id, holds(group, box) || !overlap(group, box)]).toEqual([box.id, group.id, true]);
      }
    }
  });

  test('has no texts that overlap each other, a box or an arrow', () => {
    const texts = [...scene.labels, ...scene.groups.flatMap((group) => group.texts)].map((text) => ({ ...extentOf(text), id: text.text }));
    const inBoxes = scene.boxes.flatMap(({ texts: inside }) => inside.map((text) => ({ ...extentOf(text), id: text.text })));
    expect(overlaps([...texts, ...scene.boxes])).toEqual([]);
    expect(overlaps(inBoxes)).toEqual([]);
    for (const text of texts) {
      for (const line of scene.arrows.flatMap(segments)) expect([text.id, line, overlap(text, line)]).toEqual([text.id, line, false]);
    }
  });

  test('has labels that stand where they say', () => {
    for (const label of scene.labels) expect([label.text, surfaceBehind(scene, label)]).toEqual([label.text, label.surface]);
  });
});

test.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#000000', 21],
  ['#777777', '#ffffff', 4.48],
  ['#767676', '#ffffff', 4.54],
])('the contrast of %s on %s is %d', (a, b, expected) => {
  expect(contrast(a, b)).toBeCloseTo(expected, 2);
});

describeWith('chromium')('in a browser', () => {
  test('no text is wider than was reckoned', () => {
    const texts = drawn.flatMap(textsOf);
    const measured = measure(drawn.map((scene) => svgOf(scene, PALETTES[0])));
    // They are drawn in another order, so each is found by what it says.
    const wider = texts.filter(({ text, size, bold, ...rest }) => {
      const found = measured.filter((it) => it.text === text && it.size === size && it.bold === (bold ?? false));
      return found.length === 0 || found.some(({ width }) => width > extentOf({ text, size, bold, ...rest }).width);
    });
    expect(wider.map(({ text }) => text)).toEqual([]);
  }, 2 * BROWSER_MS);
});

function synthesize(fill: (stack: Stack) => void): Template {
  const stack = stackIn();
  fill(stack);
  return templateOf(stack);
}

/** A template in which the resources of a type that have some properties get others. */
function withProperties(template: Template, type: string, which: object, change: object): Template {
  return {
    Resources: Object.fromEntries(Object.entries(template.Resources).map(([id, resource]) => {
      const isMeant = resource.Type === type && Object.entries(which).every(([name, value]) => resource.Properties[name] === value);
      return [id, isMeant ? { ...resource, Properties: { ...resource.Properties, ...change } } : resource];
    })),
  };
}

/** A template in which the serving function has only some of its variables. */
function withServingVariables(template: Template, keep: (name: string) => boolean): Template {
  const serving = resourcesOf(template, 'AWS::Lambda::Function').find(({ properties }) => properties.ImageConfig?.Command?.[0] === 'serve')!;
  const variables = Object.entries(serving.properties.Environment.Variables).filter(([name]) => keep(name));
  return withProperties(template, 'AWS::Lambda::Function', { Description: serving.properties.Description }, {
    Environment: { Variables: Object.fromEntries(variables) },
  });
}

function textsOf({ boxes, groups, labels }: Scene): Text[] {
  return [...[...groups, ...boxes].flatMap(({ texts }) => texts), ...labels];
}

function wordsOf(scene: Scene): string[] {
  return textsOf(scene).map(({ text }) => text);
}

function surfaceBehind({ boxes, groups }: Scene, label: Label): string {
  return [...boxes, ...groups].find((box) => overlap(box, extentOf(label)))?.surface ?? 'page';
}

function holds(outer: Rectangle, inner: Rectangle): boolean {
  return inner.x >= outer.x && inner.y >= outer.y
    && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

function overlap(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function overlaps(all: ReadonlyArray<Rectangle & { readonly id: string }>): string[] {
  return all.flatMap((a, n) => all.slice(n + 1).filter((b) => overlap(a, b)).map((b) => `${a.id} / ${b.id}`));
}

/** What the lines of an arrow cover. */
function segments({ points }: Arrow): Rectangle[] {
  return points.slice(1).map(([x, y], n) => {
    const [fromX, fromY] = points[n];
    return { x: Math.min(x, fromX) - 1, y: Math.min(y, fromY) - 1, width: Math.abs(x - fromX) + 2, height: Math.abs(y - fromY) + 2 };
  });
}

/** What Chromium makes of the texts of pictures. */
function measure(svgs: string[]): Array<{ text: string; size: number; bold: boolean; width: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  try {
    const script = `document.title = encodeURIComponent(JSON.stringify([...document.querySelectorAll('text')].map((it) => ({
      text: it.textContent, size: +it.getAttribute('font-size'), bold: it.hasAttribute('font-weight'), width: it.getComputedTextLength() }))))`;
    const page = join(folder, 'page.html');
    writeFileSync(page, `<!doctype html><meta charset="utf-8"><title></title>${svgs.join('')}<script>${script}</script>`);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', `--user-data-dir=${join(folder, 'profile')}`];
    const dom = execFileSync('chromium', [...flags, '--dump-dom', page], {
      encoding: 'utf8',
      timeout: BROWSER_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
    });
    return JSON.parse(decodeURIComponent(/<title>([^<]+)<\/title>/.exec(dom)![1]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
