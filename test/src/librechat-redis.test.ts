import { LibreChatRedis } from '../../src';

test.each([{ replicas: 0 }, { replicas: 5 }, { nodeType: 'cache.r7g.large' }])('accepts %j', (options) => {
  expect(() => LibreChatRedis.replicationGroup(options)).not.toThrow();
});

test.each([
  [{ replicas: -1 }, '`replicas` must be an integer between 0 and 5, got: -1'],
  [{ replicas: 6 }, '`replicas` must be an integer between 0 and 5, got: 6'],
  [{ replicas: 1.5 }, '`replicas` must be an integer between 0 and 5, got: 1.5'],
  [{ nodeType: 't4g.micro' }, '`nodeType` must be an ElastiCache node type such as cache.t4g.micro, got: t4g.micro'],
])('fails when %j', (options, message) => {
  expect(() => LibreChatRedis.replicationGroup(options)).toThrow(message);
});
