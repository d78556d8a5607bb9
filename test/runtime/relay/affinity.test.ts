import { proxyEvent } from '../../../fixtures/runtime/events';
import { streamIdOf } from '../../../runtime/relay/affinity';
import { requestOf } from '../../../runtime/relay/request';

const get = (path: string) => streamIdOf(requestOf(proxyEvent(path)));
const post = (path: string, body: string) => streamIdOf(requestOf(proxyEvent(path, { method: 'POST', body })));

test.each([
  ['/api/agents/chat/stream/abc', 'abc'],
  ['/api/agents/chat/stream/abc/', 'abc'],
  ['/API/agents/chat/Stream/abc', 'abc'],
  ['/api/agents/chat/stream/a%20b', 'a b'],
  ['/api/agents/chat/status/abc', 'abc'],
  ['/api/agents/chat/stream', undefined],
  ['/api/agents/chat/stream/', undefined],
  ['/api/agents/chat/stream/abc/more', undefined],
  ['/api/agents/chat/stream/%zz', undefined],
  ['/api/agents/chat/active', undefined],
  ['/api/convos/abc', undefined],
])('GET %s is about the chat %s', (path, id) => {
  expect(get(path)).toBe(id);
});

test('the query does not count as part of the id', () => {
  expect(streamIdOf(requestOf(proxyEvent('/api/agents/chat/stream/abc', { multiValueQueryStringParameters: { resume: ['true'] } })))).toBe('abc');
});

test.each([
  ['/api/agents/chat/abort', '{"streamId":"a","conversationId":"b"}', 'a'],
  ['/api/agents/chat/abort', '{"streamId":"new","conversationId":"b"}', 'b'],
  ['/api/agents/chat/abort', '{"conversationId":"new","abortKey":"c:d"}', 'c'],
  ['/api/agents/chat/resume', '{"conversationId":"b"}', 'b'],
  ['/api/agents/chat/abort', '{"conversationId":"new"}', undefined],
  ['/api/agents/chat/abort', '{"streamId":5}', undefined],
  ['/api/agents/chat/abort', 'null', undefined],
  ['/api/agents/chat/abort', 'no JSON', undefined],
  ['/api/agents/chat', '{"conversationId":"b"}', undefined],
])('POST %s %s is about the chat %3$s', (path, body, id) => {
  expect(post(path, body)).toBe(id);
});
