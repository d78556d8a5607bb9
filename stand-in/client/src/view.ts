import type { ApiMessage } from './api';

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

export const composer = element<HTMLFormElement>('composer');
export const prompt = element<HTMLTextAreaElement>('prompt');
export const stopButton = element<HTMLButtonElement>('stop');
export const welcome = element('welcome');
const messages = element<HTMLOListElement>('messages');
const sendButton = element<HTMLButtonElement>('send');
const status = element('status');

/** An answer on the page, while it comes and after. */
export interface AnswerView {
  append(text: string): void;
  replace(text: string): void;
  finish(note?: string): void;
}

export function showWelcome(visible: boolean): void {
  welcome.hidden = !visible;
}

export function showStatus(text: string, isError = false): void {
  status.textContent = text;
  status.classList.toggle('error', isError);
}

/** While an answer comes the page offers to stop it, and takes no other message. */
export function showAnswering(answering: boolean): void {
  stopButton.hidden = !answering;
  sendButton.hidden = answering;
  document.body.classList.toggle('answering', answering);
}

export function clearMessages(): void {
  messages.replaceChildren();
}

export function showMessage({ text, isCreatedByUser, error, unfinished }: Omit<ApiMessage, 'messageId'>): void {
  const view = add(isCreatedByUser ? 'user' : 'answer', text);
  if (error) view.finish('The answer failed.');
  else if (unfinished) view.finish('Stopped.');
  else view.finish();
}

export function showAnswer(): AnswerView {
  return add('answer streaming', '');
}

function add(className: string, text: string): AnswerView {
  const item = document.createElement('li');
  item.className = className;
  const body = document.createElement('div');
  body.className = 'text';
  body.textContent = text;
  item.append(body);
  messages.append(item);
  follow();
  return {
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
