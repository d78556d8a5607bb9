import './styles.css';
import { draw } from './draw';
import { Picture } from './picture';
import type { DrawnEvent } from '../drawn-event';

const INTERVAL_MS = 100;

let picture = new Picture();
let starting = true;

const source = new EventSource('/events');
source.addEventListener('open', () => {
  // The first frame of each connection tells all that has been.
  starting = true;
  document.body.classList.remove('lost');
});
source.addEventListener('message', ({ data }: MessageEvent<string>) => {
  if (starting) picture = new Picture();
  starting = false;
  (JSON.parse(data) as DrawnEvent[]).forEach((event) => picture.receive(event));
  draw(picture);
});
source.addEventListener('error', () => document.body.classList.add('lost'));

setInterval(() => draw(picture), INTERVAL_MS);
