import { withoutHopByHopHeaders, withoutHeaders, type Header } from '../../core/http';

/** Dropped besides hop-by-hop headers. */
const DROPPED = ['content-length', 'content-md5', 'expect', 'max-forwards', 'server', 'www-authenticate'];

/**
 * The headers that an integration receives.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function integrationHeaders(headers: readonly Header[]): Header[] {
  return withoutHeaders(withoutHopByHopHeaders(headers), DROPPED);
}
