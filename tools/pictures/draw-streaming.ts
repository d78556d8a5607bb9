import { busy, frozen, type Lane, nameOf, quiet, remark, vertical } from './lanes';
import { BENCH, PROBE, WITHOUT_HOLD } from './measured';
import type { Arrow, Box, Dot, Rectangle, Scene } from './scene';

const WIDTH = 830;
const START = 160;
const END = 800;

/** Where things happen: pixels, not to scale. */
const AT = { post: 186, answered: 230, get: 262, firstToken: 300, lastToken: 570, end: 600, saved: 680 } as const;
const TOKENS = 10;

const HELD = {
  browser: { name: 'Browser', remark: 'sees each token', y: 82 },
  streaming: { name: 'Environment B', remark: 'streams', y: 138 },
  redis: { name: 'Redis', remark: 'pub/sub', y: 190 },
  generating: { name: 'Environment A', remark: 'generates', y: 242 },
} satisfies Record<string, Lane>;

const NOT_HELD = {
  browser: { name: 'Browser', remark: 'waits', y: 456 },
  streaming: { name: 'Environment B', remark: 'has nothing to say', y: 504 },
  generating: { name: 'Environment A', remark: 'sleeps', y: 552 },
} satisfies Record<string, Lane>;

/** One answer over two execution environments, and the same answer where the first one is not held. */
export function drawStreaming(): Scene {
  const panels = [withHold(), withoutHold()];
  return {
    name: 'streaming',
    title: 'How an answer streams over two execution environments',
    description: 'With the hold: environment A answers the POST at once, goes on generating, and publishes each token to Redis; environment B'
      + ' has the stream open and hands each token to the browser; A is frozen only when the answer is saved. Without the hold: A is frozen'
      + ` as soon as it has answered, and no token comes. Measured on the emulated stack: the POST was answered after ${PROBE.postAnsweredMs} ms,`
      + ` the first of ${PROBE.events} events came after ${PROBE.firstEventMs} ms, and tokens sent each ${PROBE.sentEveryMs} ms came`
      + ` ${PROBE.medianGapMs} ms apart.`,
    width: WIDTH,
    height: 606,
    groups: panels.map(({ group }) => group),
    boxes: [...panels.flatMap(({ boxes }) => boxes), ...measurements()],
    arrows: panels.flatMap(({ arrows }) => arrows),
    dots: panels.flatMap(({ dots }) => dots),
    labels: panels.flatMap(({ labels }) => labels),
  };
}

function withHold() {
  const { browser, streaming, redis, generating } = HELD;
  const tokens = Array.from({ length: TOKENS }, (_, n) => AT.firstToken + n * (AT.lastToken - AT.firstToken) / (TOKENS - 1));
  const boxes: Box[] = [
    frozen('B before', streaming, START, AT.get),
    busy('B streams', streaming, AT.get, AT.end, 'holds the stream open, and hands on each token', 'edge'),
    frozen('B after', streaming, AT.end, END, 'frozen: free of charge'),
    frozen('A before', generating, START, AT.post),
    busy('A is held', generating, AT.post, AT.saved, 'answers the POST, then is held while it generates and saves', 'compute'),
    frozen('A after', generating, AT.saved, END, 'frozen'),
  ];
  const arrows: Arrow[] = [
    quiet(browser, START, END),
    quiet(redis, START, END),
    vertical(AT.post, browser.y, generating.y - 14),
    vertical(AT.answered, generating.y - 14, browser.y + 6),
    vertical(AT.get, browser.y, streaming.y - 14),
    ...tokens.flatMap((x) => [vertical(x, generating.y - 14, streaming.y + 15, 'data'), vertical(x, streaming.y - 14, browser.y + 6, 'data')]),
  ];
  const dots: Dot[] = tokens.flatMap((x): Dot[] => [{ at: [x, browser.y], tone: 'data' }, { at: [x, redis.y], tone: 'data' }]);
  return {
    group: panel('With the hold: the environment that generates stays awake', { y: 16, height: 262 }),
    boxes,
    arrows,
    dots,
    labels: [
      ...Object.values(HELD).flatMap(nameOf),
      remark('POST', AT.post, 72, 'middle'),
      remark('JSON', AT.answered, 72, 'middle'),
      remark('GET', AT.get, 72, 'middle'),
      remark('one event for each token', (AT.firstToken + AT.lastToken) / 2, 72, 'middle'),
      remark('saved', AT.saved, 222, 'middle'),
    ],
  };
}

function withoutHold() {
  const { browser, streaming, generating } = NOT_HELD;
  const boxes: Box[] = [
    frozen('unheld B before', streaming, START, AT.get),
    busy('unheld B waits', streaming, AT.get, END, 'waits, and is paid for, while nobody generates', 'edge'),
    frozen('unheld A before', generating, START, AT.post),
    busy('unheld A answers', generating, AT.post, AT.answered + 12, '', 'compute'),
    frozen('unheld A after', generating, AT.answered + 12, END, 'frozen in the middle of the answer, until another request thaws it'),
  ];
  const arrows: Arrow[] = [
    quiet(browser, START, END),
    vertical(AT.post, browser.y, generating.y - 14),
    vertical(AT.answered, generating.y - 14, browser.y + 6),
    vertical(AT.get, browser.y, streaming.y - 14),
  ];
  return {
    group: panel('Without the hold: frozen as soon as it has answered', { y: 392, height: 198 }),
    boxes,
    arrows,
    dots: [],
    labels: [
      ...Object.values(NOT_HELD).flatMap(nameOf),
      remark('POST', AT.post, 446, 'middle'),
      remark('JSON', AT.answered, 446, 'middle'),
      remark('GET', AT.get, 446, 'middle'),
      remark(`no token in ${WITHOUT_HOLD.silenceSeconds} s`, (AT.firstToken + AT.lastToken) / 2, 446, 'middle'),
    ],
  };
}

function panel(title: string, place: Pick<Rectangle, 'y' | 'height'>): Box {
  return {
    id: title,
    x: 16,
    width: WIDTH - 32,
    ...place,
    surface: 'group',
    texts: [{ x: 30, y: place.y + 22, text: title, size: 14, tone: 'text', bold: true }],
  };
}

/** What was measured, in a row between the two time lines. */
function measurements(): Box[] {
  const { chunkMs, firstByteMs } = BENCH;
  const tiles: ReadonlyArray<readonly [figure: string, ...lines: string[]]> = [
    [`${PROBE.postAnsweredMs} ms`, 'the POST is answered,', `${PROBE.firstEventMs} ms: the first event`],
    [`${PROBE.medianGapMs} ms`, 'between tokens that', `were sent each ${PROBE.sentEveryMs} ms`],
    [`${PROBE.heldSeconds} s`, 'A is held for 2 s of', 'answer, and to save it'],
    [`${chunkMs.direct} → ${chunkMs.adapter} ms`, 'a chunk, directly and', 'with the adapter'],
    [`${firstByteMs.direct} → ${firstByteMs.adapter} ms`, 'the first byte, directly', 'and with the adapter'],
  ];
  const gap = 10;
  const width = (WIDTH - 32 - gap * (tiles.length - 1)) / tiles.length;
  return tiles.map(([figure, ...lines], n): Box => {
    const x = 16 + n * (width + gap);
    return {
      id: figure,
      x,
      y: 294,
      width,
      height: 82,
      surface: 'box',
      accent: 'data',
      texts: [
        { x: x + 15, y: 318, text: figure, size: 16, tone: 'text', bold: true },
        ...lines.map((text, line) => ({ x: x + 15, y: 340 + line * 17, text, size: 12, tone: 'muted' } as const)),
      ],
    };
  });
}
