import './styles.css';
import { abort, type Generation, messagesOf, type Model, type Pace, read, renewSession, statusOf } from './api';
import { followReply } from './follow';
import { loadConversation, loadPage, titleOf } from './load';
import { onLogIn } from './log-in';
import { startReply } from './start';
import {
  clearMessages, composer, prompt, showLogIn, showMessage, showResponding, showReply, showStatus, showWelcome, stopButton, welcome,
} from './view';

let conversationId = /^\/c\/(?!new$)([\w-]+)$/.exec(location.pathname)?.[1];
let lastMessageId: string | undefined;
let model: Model;
let generation: Generation | undefined;

async function send(text: string, pace: Pace): Promise<void> {
  showWelcome(false);
  showMessage({ text, isCreatedByUser: true });
  const isNew = !conversationId;
  showResponding(true);
  const started = await startReply({ text, conversationId, parentMessageId: lastMessageId, pace }, model);
  conversationId = started.conversationId;
  if (isNew) {
    history.replaceState({}, '', `/c/${conversationId}`);
    loadConversation(conversationId);
    void titleOf(conversationId).then((title) => { if (title) document.title = title; });
  }
  await respond(started, started.resumed);
}

async function respond(following: Generation, resume: boolean): Promise<void> {
  generation = following;
  showResponding(true);
  const view = showReply();
  await followReply(following, resume, view);
  if (!view.finished) return; // The stream ended without a final event: the page keeps waiting.
  showResponding(false);
  const [messages] = await Promise.all([
    messagesOf(following.conversationId), statusOf(following.conversationId), read('/api/agents/chat/active'),
  ]);
  lastMessageId = messages.at(-1)?.messageId;
}

/** Shows the conversation in the URL, and follows a reply that is still being generated. */
async function openConversation(): Promise<void> {
  clearMessages();
  showWelcome(!conversationId);
  if (!conversationId) return;
  read(`/api/convos/${conversationId}`).catch(() => undefined);
  loadConversation(conversationId);
  const messages = await messagesOf(conversationId);
  const { active, createdAt } = await statusOf(conversationId);
  messages.forEach(showMessage);
  lastMessageId = messages.at(-1)?.messageId;
  if (active) await respond({ conversationId, createdAt: createdAt! }, true);
}

async function openChat(): Promise<void> {
  if (!location.pathname.startsWith('/c/')) history.replaceState({}, '', '/c/new');
  try {
    model = await loadPage();
  } catch {
    return openLogIn();
  }
  showLogIn(false);
  prompt.focus();
  await openConversation();
}

function openLogIn(): void {
  if (location.pathname !== '/login') history.replaceState({}, '', '/login');
  showLogIn(true);
  for (const path of ['/api/banner', '/api/config']) read(path).catch(() => undefined);
}

function run(action: () => Promise<void>): void {
  action().catch((error: Error) => {
    showResponding(false);
    showStatus(error.message, true);
  });
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = prompt.value.trim();
  if (!text || document.body.classList.contains('responding')) return;
  prompt.value = '';
  run(() => send(text, {}));
});
prompt.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
stopButton.addEventListener('click', () => run(() => abort(generation!)));
welcome.addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const { silence = '0' } = target.dataset;
  run(() => send(target.textContent!, { silenceMs: Number(silence) }));
});
window.addEventListener('popstate', () => location.reload());
onLogIn(() => run(openChat));

navigator.serviceWorker?.register('/sw.js').catch(() => undefined); // The page does not require it.
run(async () => {
  if (location.pathname === '/login') read('/api/banner').catch(() => undefined);
  const [loggedIn] = await Promise.all([renewSession(), read('/api/config').catch(() => undefined)]);
  if (loggedIn) await openChat();
  else openLogIn();
});
