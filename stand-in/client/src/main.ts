import './styles.css';
import { followAnswer } from './answer';
import { abortAnswer, isAnswering, logIn, messagesOf, type Pace, startAnswer } from './api';
import { clearMessages, composer, prompt, showAnswer, showAnswering, showMessage, showStatus, showWelcome, stopButton, welcome } from './view';

let conversationId = /^\/c\/([\w-]+)$/.exec(location.pathname)?.[1];

async function send(text: string, pace: Pace): Promise<void> {
  showWelcome(false);
  showMessage({ text, isCreatedByUser: true });
  const isNew = !conversationId;
  conversationId = await startAnswer(text, conversationId, pace);
  if (isNew) history.pushState({}, '', `/c/${conversationId}`);
  await answer();
}

async function answer(): Promise<void> {
  showAnswering(true);
  await followAnswer(conversationId!, showAnswer());
  showAnswering(false);
}

/** Draws the conversation in the address, and goes on with an answer that is still coming, wherever it was asked for. */
async function open(): Promise<void> {
  clearMessages();
  showWelcome(!conversationId);
  if (!conversationId) return;
  // In this order: an answer that ends in between is then in the messages.
  const answering = await isAnswering(conversationId);
  (await messagesOf(conversationId)).forEach(showMessage);
  if (answering) await answer();
}

function run(action: () => Promise<void>): void {
  action().catch((error: Error) => {
    showAnswering(false);
    showStatus(error.message, true);
  });
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = prompt.value.trim();
  if (!text || document.body.classList.contains('answering')) return;
  prompt.value = '';
  run(() => send(text, {}));
});
prompt.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
stopButton.addEventListener('click', () => run(() => abortAnswer(conversationId!)));
welcome.addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const { tokens = '20', gap = '100', silence = '0' } = target.dataset;
  run(() => send(target.textContent!, { tokens: Number(tokens), gapMs: Number(gap), silenceMs: Number(silence) }));
});
window.addEventListener('popstate', () => location.reload());

navigator.serviceWorker?.register('/sw.js').catch(() => undefined); // The page works as well without it.
run(async () => {
  await logIn();
  await open();
  prompt.focus();
});
