import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paceOf, tokensFor } from '../../stand-in/server/pace';

const PAGE = readFileSync(join(__dirname, '../../stand-in/client/public/index.html'), 'utf8');
const SUGGESTIONS = [...PAGE.matchAll(/<button type="button"[^>]*>([A-Z][^<]+)<\/button>/g)].map(([, text]) => text);

const replyTo = (prompt: string, pace: object = {}) => tokensFor(prompt, paceOf({ standIn: { ...pace } })).join('').trim();

test('the page suggests three prompts', () => {
  expect(SUGGESTIONS).toEqual(['Tell me how a response gets here', 'A long response, please', 'Think for a while in the middle']);
});

test('“Tell me how a response gets here” gets an explanation of each part, in the order of the path', () => {
  const reply = replyTo('Tell me how a response gets here');
  const parts = ['CloudFront', 'API Gateway', 'relay', 'Redis', 'worker', 'LibreChat', 'server-sent event', 'freezes', 'emulator'];
  const places = parts.map((part) => reply.indexOf(part));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test.each([...SUGGESTIONS, 'Hello', '', 'x'.repeat(100)])('the reply to “%s” ends with a sentence', (prompt) => {
  expect(replyTo(prompt)).toMatch(/[a-z”]\.$/);
});

test('the long reply says more than the first one', () => {
  const [first, long] = SUGGESTIONS.map((prompt) => replyTo(prompt));
  expect(long.startsWith(first)).toBe(true);
  expect(long.length).toBeGreaterThan(first.length);
});

test.each(['Hello', 'A prompt that is quoted in a sentence longer than many of the replies that are asked for'])(
  'a reply of any number of tokens to “%s” ends with a sentence, and has as many', (prompt) => {
    for (let tokens = 1; tokens <= 300; tokens++) {
      const words = tokensFor(prompt, paceOf({ standIn: { tokens } }));
      expect(words).toHaveLength(tokens);
      expect(words.join('')).toMatch(/[a-z”]\. $/);
    }
  });

test('a reply of no tokens is empty', () => expect(replyTo('Hello', { tokens: 0 })).toBe(''));

test('another prompt gets another reply', () => {
  expect(replyTo('One', { tokens: 20 })).not.toBe(replyTo('Two', { tokens: 20 }));
  expect(replyTo('One')).not.toBe(replyTo('Two'));
});
