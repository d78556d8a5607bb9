import './styles.css';
import { draw } from './draw';
import { Picture } from './picture';
import type { DrawnEvent } from '../drawn-event';

const INTERVAL_MS = 100;
/** Stored per tab, so that another user's tab opens a new chat. */
const CONVERSATION = 'conversation';

let picture = new Picture();
let starting = true;

const source = new EventSource('/events');
source.addEventListener('open', () => {
  // The first frame of each connection contains all past events.
  starting = true;
  document.body.classList.remove('lost');
});
source.addEventListener('message', ({ data }: MessageEvent<string>) => {
  if (starting) picture = new Picture();
  starting = false;
  (JSON.parse(data) as DrawnEvent[]).forEach((event) => picture.receive(event));
  draw(picture);
});
source.addEventListener('conversation', ({ data }: MessageEvent<string>) => sessionStorage.setItem(CONVERSATION, data));
source.addEventListener('error', () => document.body.classList.add('lost'));

setInterval(() => draw(picture), INTERVAL_MS);

const chat = document.getElementById('chat') as HTMLIFrameElement;
chat.src = new URL(sessionStorage.getItem(CONVERSATION) ?? '/', chat.dataset.src).href;
