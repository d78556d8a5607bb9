import type { ProxyEvent } from '../../../runtime/event';

/** What a test says of a request; the rest is as API Gateway fills it in. */
export interface EventOptions extends Partial<ProxyEvent> {
  readonly method?: string;
}

/** An event as API Gateway's REST proxy integration sends it. */
export function proxyEvent(path: string, { method = 'GET', ...rest }: EventOptions = {}): ProxyEvent {
  return {
    httpMethod: method,
    path,
    multiValueHeaders: {},
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { identity: { sourceIp: '198.51.100.7' } },
    ...rest,
  };
}
