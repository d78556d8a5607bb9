import { endToEnd, withoutHeaders, type Header } from '../../core/http';

/** Besides those of the connection. */
const DROPPED = ['content-length', 'content-md5', 'expect', 'max-forwards', 'server', 'www-authenticate'];

/**
 * The headers of a client's request as the integration gets them.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function integrationHeaders(headers: readonly Header[]): Header[] {
  return withoutHeaders(endToEnd(headers), DROPPED);
}
