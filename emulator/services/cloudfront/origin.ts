import { forwardedHeaders, forwardedQuery, forwardsHost, type Forwarding } from './forwarding';
import type { Cloud } from '../../core/cloud';
import { bodyOf, endToEnd, text, withHeaders, type Header, type HttpRequest, type HttpResponse } from '../../core/http';
import { limited, TimedOut, within } from '../../core/time-limits';

/** An address of CloudFront's edge: what origins see as their client. */
const EDGE_ADDRESS = '130.176.0.1';

/** An origin of a distribution, as the template has it. */
export interface OriginConfig {
  readonly id: string;
  readonly domainName: string;
  readonly path: string;
  readonly customHeaders: readonly Header[];
  readonly connectionAttempts: number;
  /** In seconds; it bounds the wait for the response and each gap in it. */
  readonly readTimeout: number;
  readonly kind: 'custom' | 's3';
  /** Whether requests to S3 are signed as the distribution's. */
  readonly signed: boolean;
}

const METHODS_TRIED_AGAIN = ['GET', 'HEAD'];

/** Sends a viewer's request to an origin. */
export async function askOrigin(cloud: Cloud, origin: OriginConfig, request: HttpRequest, policies: readonly Forwarding[],
  distribution: { readonly arn: string; readonly requestId: string }): Promise<HttpResponse> {
  const handler = cloud.hosts.get(origin.domainName);
  if (!handler) return edgeError(502, 'the origin cannot be found');
  const own: Header[] = [
    ['X-Forwarded-For', [...request.headers.filter(([name]) => name.toLowerCase() === 'x-forwarded-for').map(([, value]) => value), request.sourceIp].join(', ')],
    ['Via', '2.0 emulated.cloudfront.net (CloudFront)'],
    ['X-Amz-Cf-Id', distribution.requestId],
    ...(forwardsHost(policies) ? request.headers.filter(([name]) => name.toLowerCase() === 'host') : [['Host', origin.domainName] as Header]),
    ...(origin.kind === 's3' && origin.signed ? [[SIGNED_BY, distribution.arn] as Header] : []),
  ];
  const limit = cloud.limit(origin.readTimeout * 1000);
  const attempts = METHODS_TRIED_AGAIN.includes(request.method) ? origin.connectionAttempts : 1;
  const forwarded: HttpRequest = {
    ...request,
    protocol: 'https',
    path: origin.path + request.path,
    query: forwardedQuery(request.query, policies),
    // An origin's custom headers replace a viewer's of the same name.
    headers: withHeaders(forwardedHeaders(endToEnd(request.headers), policies), [...own, ...origin.customHeaders]),
    sourceIp: EDGE_ADDRESS,
  };
  for (let attempt = 1; ; attempt++) {
    const asked = handler(attempt === 1 ? forwarded : { ...forwarded, body: bodyOf(Buffer.alloc(0)) });
    try {
      const response = await within(limit, asked);
      return { ...response, headers: endToEnd(response.headers), body: limited(response.body, limit) };
    } catch (error) {
      if (!(error instanceof TimedOut)) throw error;
      // Whatever still comes is not read.
      void asked.then(({ body }) => body.destroy(), () => undefined);
      if (attempt >= attempts) return edgeError(504, 'the origin did not answer in time');
    }
  }
}

/** Tells S3 who signed: a stand-in for the signature of an origin access control. */
export const SIGNED_BY = 'x-emulator-signed-by';

/** An answer of CloudFront's own. */
export function edgeError(status: number, reason: string): HttpResponse {
  return text(status, 'text/html', `<!DOCTYPE html>\n<title>ERROR: The request could not be satisfied</title>\n<h1>${status} ERROR</h1>\n<p>${reason}</p>\n`,
    [['X-Cache', 'Error from cloudfront']]);
}
