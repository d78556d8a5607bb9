import { randomBytes } from 'node:crypto';
import { EdgeFunctionError, type EdgeContext, type EdgeFunction } from './edge-function';
import type { Forwarding } from './forwarding';
import { edgeError, type OriginConfig, type OriginNetwork, requestOrigin } from './origin';
import { matchesPathPattern } from './path-pattern';
import { applyResponseHeadersPolicy, type ResponseHeadersPolicy } from './response-headers-policy';
import type { EventStream } from '../../core/events';
import { bodyOf, headerValue, withHeaders, withoutHeaders, type HttpRequest, type HttpResponse } from '../../core/http';

/** A cache behaviour with resolved references. */
export interface Behavior {
  /** `*` for the default behaviour. */
  readonly pathPattern: string;
  readonly allowedMethods: readonly string[];
  readonly viewerProtocolPolicy: 'allow-all' | 'https-only' | 'redirect-to-https';
  readonly origin: OriginConfig;
  readonly policies: readonly Forwarding[];
  readonly onRequest?: EdgeFunction;
  readonly onResponse?: EdgeFunction;
  readonly responseHeaders?: ResponseHeadersPolicy;
}

export interface DistributionConfig {
  readonly id: string;
  readonly arn: string;
  readonly domainName: string;
  readonly defaultRootObject: string;
  /** In the template's order, with the default behaviour last. */
  readonly behaviors: readonly Behavior[];
  readonly errorPages: readonly ErrorPage[];
}

/** A custom error response, which replaces every response with that status, from any origin. */
export interface ErrorPage {
  readonly status: number;
  readonly path?: string;
  readonly responseStatus?: number;
}

const GENERATES_RESPONSE = 'status';

/** Maximum length of a URL in bytes. */
const LONGEST_URL = 8_192;

/** A distribution without a cache. */
export class Distribution {
  public constructor(private readonly network: OriginNetwork, private readonly events: EventStream, public readonly config: DistributionConfig) {}

  /** The behaviour for a path: the first with a matching pattern. */
  public behaviorOf(path: string): Behavior {
    return this.config.behaviors.find(({ pathPattern }) => matchesPathPattern(pathPattern, path))!;
  }

  public async handle(request: HttpRequest): Promise<HttpResponse> {
    const requestId = randomBytes(40).toString('base64url');
    const response = await this.respond(request, requestId);
    return { ...response, headers: [...response.headers, ['Via', '1.1 emulated.cloudfront.net (CloudFront)'], ['X-Amz-Cf-Id', requestId]] };
  }

  private async respond(request: HttpRequest, requestId: string): Promise<HttpResponse> {
    const behavior = this.behaviorOf(request.path);
    if (request.protocol === 'http' && behavior.viewerProtocolPolicy === 'redirect-to-https') {
      return { status: 301, headers: [['Location', urlOf(request, this.config.domainName)], ['Content-Length', '0']], body: bodyOf(Buffer.alloc(0)) };
    }
    if (request.protocol === 'http' && behavior.viewerProtocolPolicy === 'https-only') return edgeError(403, 'this distribution takes HTTPS only');
    if (!behavior.allowedMethods.includes(request.method)) return edgeError(403, 'this distribution does not take this method here');
    if (urlOf(request, this.config.domainName).length > LONGEST_URL) return edgeError(413, `the URL must have at most ${LONGEST_URL} bytes`);
    if (request.method === 'GET' && hasBody(request)) return edgeError(403, 'a GET request must not have a body');
    const context: EdgeContext = {
      distributionDomainName: this.config.domainName, distributionId: this.config.id, requestId, ip: request.sourceIp,
    };
    try {
      return await this.forward(request, behavior, context);
    } catch (error) {
      if (!(error instanceof EdgeFunctionError)) throw error;
      this.events.notice(`CloudFront Function ${error.message}`, 'warning');
      return edgeError(503, 'the function failed');
    }
  }

  private async forward(viewer: HttpRequest, behavior: Behavior, context: EdgeContext): Promise<HttpResponse> {
    let request = viewer;
    if (behavior.onRequest) {
      const result = await behavior.onRequest.onRequest(viewer, context);
      if (GENERATES_RESPONSE in result) return { ...result, body: bodyOf(result.body ?? Buffer.alloc(0)) };
      request = { ...viewer, ...result };
    }
    if (request.path === '/' && this.config.defaultRootObject) request = { ...request, path: `/${this.config.defaultRootObject}` };
    const originResponse = await this.requestOrigin(behavior, request, context.requestId);
    const response = await this.errorPage(originResponse, request, context.requestId);
    return this.finish(response, request, behavior, context);
  }

  private requestOrigin(behavior: Behavior, request: HttpRequest, requestId: string): Promise<HttpResponse> {
    return requestOrigin(this.network, behavior.origin, request, behavior.policies, { arn: this.config.arn, requestId });
  }

  private async errorPage(response: HttpResponse, request: HttpRequest, requestId: string): Promise<HttpResponse> {
    const page = this.config.errorPages.find(({ status }) => status === response.status);
    if (!page?.path) return response;
    response.body.destroy();
    const got = await this.requestOrigin(this.behaviorOf(page.path), {
      ...request, method: 'GET', path: page.path, query: '', body: bodyOf(Buffer.alloc(0)),
    }, requestId);
    return got.status === 200 ? { ...got, status: page.responseStatus ?? response.status } : got;
  }

  private async finish(response: HttpResponse, request: HttpRequest, behavior: Behavior, context: EdgeContext): Promise<HttpResponse> {
    let { status, headers } = response;
    // CloudFront does not call viewer-response functions for errors of the origin.
    if (behavior.onResponse && status < 400) {
      ({ status, headers } = await behavior.onResponse.onResponse(request, { status, headers }, context));
    }
    headers = applyResponseHeadersPolicy(headers, behavior.responseHeaders);
    headers = withHeaders(withoutHeaders(headers, ['x-amz-request-id', 'x-amz-id-2']), [
      ['X-Cache', `${status >= 400 ? 'Error' : 'Miss'} from cloudfront`],
    ]);
    return { ...response, status, headers };
  }
}

function urlOf({ headers, path, query }: HttpRequest, domainName: string): string {
  return `https://${headerValue(headers, 'host') ?? domainName}${path}${query ? `?${query}` : ''}`;
}

function hasBody({ headers }: HttpRequest): boolean {
  return Number(headerValue(headers, 'content-length') ?? 0) > 0 || headerValue(headers, 'transfer-encoding') !== undefined;
}
