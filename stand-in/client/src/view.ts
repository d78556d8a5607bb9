import type { ApiMessage } from './api';
import type { ReplyText } from './frames';

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export const composer = element<HTMLFormElement>('composer');
export const prompt = element<HTMLTextAreaElement>('prompt-textarea');
export const stopButton = element<HTMLButtonElement>('stop');
export const welcome = element('welcome');
export const logInForm = element<HTMLFormElement>('log-in');
export const visitorButton = element<HTMLButtonElement>('visitor');
const messages = element<HTMLOListElement>('messages');
const sendButton = element<HTMLButtonElement>('send');
const status = element('status');

/** A reply on the page, during and after its generation. */
export interface ReplyView extends ReplyText {
  readonly finished: boolean;
  finish(note?: string): void;
}

export function showWelcome(visible: boolean): void {
  welcome.hidden = !visible;
}

export function showStatus(text: string, isError = false): void {
  status.textContent = text;
  status.classList.toggle('error', isError);
}

/** During a reply, the page offers to stop it and accepts no other message. */
export function showResponding(responding: boolean): void {
  stopButton.hidden = !responding;
  sendButton.hidden = responding;
  document.body.classList.toggle('responding', responding);
}

/** Shows either the login page or the chat. */
export function showLogIn(visible: boolean): void {
  logInForm.hidden = !visible;
  composer.hidden = visible;
}

export function clearMessages(): void {
  messages.replaceChildren();
}

export function showMessage({ text, isCreatedByUser, error, unfinished }: Omit<ApiMessage, 'messageId'>): void {
  const view = add(isCreatedByUser ? 'user' : 'agent-turn', text);
  if (error) view.finish('The reply failed.');
  else if (unfinished) view.finish('Stopped.');
  else view.finish();
}

export function showReply(): ReplyView {
  return add('agent-turn streaming', '');
}

function add(className: string, text: string): ReplyView {
  const item = document.createElement('li');
  item.className = className;
  const body = document.createElement('div');
  body.className = 'message-content';
  body.textContent = text;
  item.append(body);
  messages.append(item);
  follow();
  return {
    get finished() { return !item.classList.contains('streaming'); },
    append: (more) => {
      const token = document.createElement('span');
      token.className = 'token';
      token.textContent = more;
      body.append(token);
      follow();
    },
    replace: (whole) => { body.textContent = whole; },
    finish: (note) => {
      item.classList.remove('streaming');
      body.textContent = body.textContent ?? '';
      if (!note) return;
      const remark = document.createElement('p');
      remark.className = 'note';
      remark.textContent = note;
      item.append(remark);
    },
  };
}

function follow(): void {
  window.scrollTo({ top: document.body.scrollHeight });
}
