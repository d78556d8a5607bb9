import { type Architecture, type Behaviour, type Node, type Part, PARTS } from './architecture';
import type { Arrow, Box, Label, Point, Rectangle, Scene, Text, Tone } from './scene';

const WIDTH = 830;
const HEIGHT = 608;
const PADDING = 16;
const TITLE = 14;
const SIZE = 12;
const LINE = 17;

/** Where each part is drawn, if it is there, and what kind of thing it is. */
const PLACES: Readonly<Record<Part, Rectangle & { readonly accent: Tone }>> = {
  browser: { x: 16, y: 96, width: 96, height: 72, accent: 'edge' },
  distribution: { x: 174, y: 46, width: 208, height: 188, accent: 'edge' },
  api: { x: 454, y: 46, width: 346, height: 72, accent: 'compute' },
  function: { x: 454, y: 194, width: 346, height: 72, accent: 'compute' },
  redis: { x: 454, y: 312, width: 166, height: 72, accent: 'data' },
  database: { x: 634, y: 312, width: 166, height: 72, accent: 'data' },
  nat: { x: 454, y: 398, width: 166, height: 52, accent: 'edge' },
  endpoint: { x: 634, y: 398, width: 166, height: 52, accent: 'edge' },
  publisher: { x: 16, y: 284, width: 96, height: 108, accent: 'compute' },
  page: { x: 174, y: 310, width: 208, height: 56, accent: 'data' },
  files: { x: 174, y: 394, width: 208, height: 56, accent: 'data' },
  config: { x: 174, y: 526, width: 190, height: 52, accent: 'settings' },
  secrets: { x: 380, y: 526, width: 200, height: 52, accent: 'settings' },
  parameter: { x: 596, y: 526, width: 204, height: 52, accent: 'settings' },
};

/** How the arrow between two parts goes, and where its label stands. */
const WAYS: Readonly<Record<string, { readonly points: readonly Point[]; readonly label?: Omit<Label, 'text'> }>> = {
  'browser distribution': { points: [[112, 132], [174, 132]], label: label(136, 124, 'middle') },
  'distribution api': { points: [[382, 82], [454, 82]], label: label(418, 74, 'middle') },
  'distribution page': { points: [[278, 234], [278, 310]], label: label(288, 268) },
  'publisher page': { points: [[112, 338], [174, 338]] },
  'api function': { points: [[627, 118], [627, 194]], label: label(637, 152) },
  'function redis': { points: [[537, 266], [537, 312]], label: label(547, 293, 'start', 'group') },
  'function database': { points: [[717, 266], [717, 312]], label: label(727, 293, 'start', 'group') },
  'function files': { points: [[454, 224], [412, 224], [412, 422], [382, 422]] },
  'function secrets': { points: [[454, 242], [424, 242], [424, 496]] },
};

export function drawArchitecture(name: string, title: string, architecture: Architecture): Scene {
  const { nodes, edges, behaviours } = architecture;
  const parts = PARTS.filter((part) => nodes[part]);
  const ways = edges.map(({ from, to, label: text }) => ({ ...WAYS[`${from} ${to}`], text }));
  return {
    name,
    title,
    description: describe(architecture),
    width: WIDTH,
    height: HEIGHT,
    groups: groups(architecture),
    boxes: parts.map((part) => box(part, nodes[part]!, part === 'distribution' ? behaviours : [])),
    arrows: ways.map(({ points }): Arrow => ({ points, tone: 'line' })),
    dots: [],
    labels: ways.flatMap(({ text, label: place }): Label[] => (text && place ? [{ ...place, text }] : [])),
  };
}

function groups({ nodes, network }: Architecture): Box[] {
  const lowest = nodes.nat || nodes.endpoint ? 464 : 398;
  return [
    group('Edge', { x: 160, y: 16, width: 236, height: 232 }),
    group('API', { x: 440, y: 16, width: 374, height: 116 }),
    group(network, { x: 440, y: 164, width: 374, height: lowest - 164 }),
    group('Storage', { x: 160, y: 280, width: 236, height: nodes.files ? 184 : 100 }),
    group('Read at start', { x: 160, y: 496, width: 654, height: 96 }),
  ];
}

function group(title: string, place: Rectangle): Box {
  return {
    id: title,
    ...place,
    surface: 'group',
    texts: [{ x: place.x + 14, y: place.y + 20, text: title, size: SIZE, tone: 'muted', bold: true }],
  };
}

function box(part: Part, { title, lines }: Node, behaviours: readonly Behaviour[]): Box {
  const { x, y, width } = PLACES[part];
  const left = x + PADDING;
  const first = y + 21;
  const rows = behaviours.flatMap(({ path, to }, n): Text[] => {
    const baseline = first + (lines.length + 1) * LINE + 8 + n * 22;
    return [
      { x: left, y: baseline, text: path, size: SIZE, tone: 'text', mono: true },
      { x: x + width - 14, y: baseline, text: to === 'api' ? 'API →' : 'page ↓', size: SIZE, tone: to === 'api' ? 'compute' : 'data', anchor: 'end' },
    ];
  });
  return {
    id: part,
    ...PLACES[part],
    surface: 'box',
    texts: [
      { x: left, y: first, text: title, size: TITLE, tone: 'text', bold: true },
      ...lines.map((line, n): Text => ({ x: left, y: first + (n + 1) * LINE, text: line, size: SIZE, tone: 'muted' })),
      ...rows,
    ],
  };
}

function label(x: number, y: number, anchor?: Text['anchor'], surface: Label['surface'] = 'page'): Omit<Label, 'text'> {
  return { x, y, anchor, surface, size: SIZE, tone: 'muted' };
}

/** The picture in sentences. */
function describe({ nodes, behaviours, network }: Architecture): string {
  const paths = (to: Behaviour['to']) => behaviours.filter((behaviour) => behaviour.to === to).map(({ path }) => path).join(', ');
  const parts = PARTS.flatMap((part) => nodes[part] ?? []).map(({ title, lines }) => `${title} (${lines.join(' ')})`);
  return `CloudFront sends ${paths('api')} to API Gateway, which invokes the Lambda function and streams its response back, and ${paths('page')}`
    + ` to the bucket with the page. Network: ${network}. Parts: ${parts.join('; ')}.`;
}
