/** The path of a reply from LibreChat to the browser; docs/streaming.md has the details. */
const PATH = [
  'Your browser sent the message to CloudFront, which passed it on to API Gateway.',
  'API Gateway invoked a relay: a small Lambda function that serves one request at a time.',
  'The relay put the request into a queue in Redis.',
  'A worker took it from there, and a worker is a Lambda function that runs LibreChat and serves many requests at once.',
  'LibreChat responded to the POST with the id of a stream, and it generates this reply in the background.',
  'Your browser opened that stream with a second request, which went through a second relay to the same worker.',
  'Each word leaves LibreChat as a server-sent event, and the worker writes it to Redis.',
  'The relay reads it there and sends it on through API Gateway and CloudFront, without waiting for the rest.',
  'When nothing is left to do, the worker ends its invocation and Lambda freezes it, so that you pay for no idle time.',
  'The next request thaws it within milliseconds.',
  'On this machine an emulator replaces AWS, and no language model is called: a stand-in for LibreChat wrote these lines.',
];

const MORE = [
  'A page of LibreChat sends about thirty requests when it is opened, and all of them share one worker.',
  'If there is more to do than a worker can serve, a relay starts another one.',
  'If a worker fails, its requests end with an error that the page shows, and requests that no worker has taken yet are served by the next one.',
  'If your connection breaks, the page opens the stream again and continues where it was.',
  'Close this tab in the middle of a reply and the worker still finishes it, and the conversation is there when you come back.',
];

const SILENCE = [
  'A model that reasons sends nothing for a while, and so does this stand-in in the middle of its reply.',
  'Without any data, CloudFront and API Gateway would close the connection after some time.',
  'That is why the relay sends a comment now and then, which the page ignores.',
  'Now you have seen the second half arrive on the same connection.',
];

/** Whole replies, by patterns of prompts. */
const REPLIES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/how a response gets/i, PATH],
  [/long response/i, [...PATH, ...MORE]],
  [/think for a while/i, SILENCE],
];

const UNKNOWN = [
  'This is a stand-in for LibreChat, and it calls no language model.',
  'Write “Tell me how a response gets here”, and it explains how these words reached you.',
];

/** The reply to a prompt, as complete sentences. */
export function replyTo(prompt: string): readonly string[] {
  const [, reply] = REPLIES.find(([topic]) => topic.test(prompt)) ?? [];
  return reply ?? [quote(prompt), ...UNKNOWN];
}

/** Sentences for a reply with a given number of words. The first one quotes the prompt, so that replies differ. */
export function* sentencesFor(prompt: string): Generator<string> {
  yield quote(prompt);
  for (;;) yield* [...PATH, ...MORE];
}

function quote(prompt: string): string {
  return `You wrote “${prompt.length > 60 ? `${prompt.slice(0, 57)}…` : prompt}”.`;
}
