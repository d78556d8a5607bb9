import { type Lane, type Moment, nameOf, type Picture, stateOf, titleOf } from './picture';

/** Interval that a lane shows. */
const WINDOW_MS = 30_000;

const relays = document.getElementById('relays')!;
const load = document.getElementById('load')!;
const lanes = document.getElementById('lanes')!;
const moments = document.getElementById('moments')!;
const cards = new Map<string, HTMLElement>();
let newest: Moment | undefined;

/** Updates the page to the current picture. */
export function draw(picture: Picture): void {
  const now = Date.now();
  const shown = picture.workers(now - WINDOW_MS);
  document.body.classList.toggle('idle', !shown.length);
  drawRelays(picture);
  const titles = shown.map(titleOf);
  for (const [title, card] of cards) {
    if (titles.includes(title)) continue;
    card.remove();
    cards.delete(title);
  }
  shown.forEach((lane) => drawLane(cardOf(titleOf(lane)), lane, picture.noteOf(lane), now));
  // Moves only elements that are not in the order of the lanes.
  titles.forEach((title, i) => lanes.children[i] !== cards.get(title) && lanes.insertBefore(cards.get(title)!, lanes.children[i] ?? null));
  drawMoments(picture.moments);
}

/** A square for each relay: its color is the state, its tooltip the request. */
function drawRelays({ relays: all, load: { waiting, responding, workers } }: Picture): void {
  load.textContent = `${waiting} waiting, ${responding} responding, ${workers} worker${workers === 1 ? '' : 's'}`;
  relays.replaceChildren(...all.map((lane) => {
    const square = document.createElement('li');
    square.className = stateOf(lane);
    square.title = `${titleOf(lane)}, ${stateOf(lane)}: ${lane.note ?? 'no request yet'}`;
    return square;
  }));
}

function cardOf(title: string): HTMLElement {
  const existing = cards.get(title);
  if (existing) return existing;
  const card = document.getElementById('lane')!.querySelector('article')!.cloneNode(true) as HTMLElement;
  const heading = card.querySelector('h3')!;
  heading.textContent = title;
  heading.title = title;
  cards.set(title, card);
  return card;
}

function drawLane(card: HTMLElement, { spans }: Lane, note: string, now: number): void {
  const { phase, from } = spans.at(-1)!;
  card.dataset.state = nameOf(phase);
  card.querySelector('.phase')!.textContent = nameOf(phase);
  card.querySelector('.since')!.textContent = ago(now - from);
  card.querySelector('.request')!.textContent = note;
  const begin = now - WINDOW_MS;
  card.querySelector('.strip')!.replaceChildren(...spans.filter(({ until = now }) => until > begin).map((span) => {
    const bar = document.createElement('i');
    const left = Math.max(span.from, begin);
    bar.className = nameOf(span.phase);
    bar.style.left = `${((left - begin) / WINDOW_MS) * 100}%`;
    bar.style.width = `${(((span.until ?? now) - left) / WINDOW_MS) * 100}%`;
    return bar;
  }));
}

function drawMoments(all: readonly Moment[]): void {
  if (all[0] === newest) return;
  newest = all[0];
  moments.replaceChildren(...all.map(({ at, kind, text }) => {
    const row = document.createElement('li');
    row.className = kind;
    const time = document.createElement('time');
    time.textContent = new Date(at).toTimeString().slice(0, 8) + `.${String(at % 1000).padStart(3, '0')}`;
    row.append(time, text);
    return row;
  }));
}

function ago(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min`;
}
