import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { bodyOf, textResponse, type HttpHandler, type HttpRequest } from '../../../../emulator/core/http';
import { Distribution, type Behavior, type DistributionConfig } from '../../../../emulator/services/cloudfront/distribution';
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES } from '../../../../emulator/services/cloudfront/forwarding';
import type { OriginConfig } from '../../../../emulator/services/cloudfront/origin';

export const DISABLED = MANAGED_CACHE_POLICIES['4135ea2d-6df8-44a3-9df3-4b5a84be39ad'];
export const ALL_BUT_HOST = MANAGED_ORIGIN_REQUEST_POLICIES['b689b0a8-53d0-40ab-baf2-68738e2966ac'];
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

/** Two origins of a distribution, and the requests to the API. */
export class Site {
  // One second of the platform takes 10 ms.
  public readonly cloud = new Cloud(new EventStream(), 100);
  public readonly dns = new Map<string, HttpHandler>();
  public readonly asked: HttpRequest[] = [];

  public constructor() {
    this.dns.set('api.example.com', async (asked) => {
      this.asked.push(asked);
      return textResponse(200, 'text/plain', `api ${asked.path}`);
    });
    this.dns.set('other.example.com', async ({ path }) => textResponse(200, 'text/plain', `other ${path}`));
  }

  public distribution(behaviors: Behavior[], more: Partial<DistributionConfig> = {}): Distribution {
    return new Distribution({ dns: this.dns, limit: (milliseconds) => this.cloud.limit(milliseconds) }, this.cloud.events, {
      id: 'E1', arn: 'arn:aws:cloudfront::123456789012:distribution/E1', domainName: 'd1.cloudfront.net', defaultRootObject: '', errorPages: [], behaviors, ...more,
    });
  }
}

export const origin = (more: Partial<OriginConfig> = {}): OriginConfig => ({
  id: 'api', domainName: 'api.example.com', path: '', customHeaders: [], connectionAttempts: 1, readTimeout: 30, kind: 'custom', signed: false, ...more,
});

export const behavior = (pathPattern: string, more: Partial<Behavior> = {}): Behavior => ({
  pathPattern, allowedMethods: ALL_METHODS, viewerProtocolPolicy: 'https-only', origin: origin(), policies: [DISABLED, ALL_BUT_HOST], ...more,
});

export const request = (path: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  protocol: 'https', method: 'GET', path, query: '', headers: [['Host', 'd1.cloudfront.net'], ['User-Agent', 'Firefox']], sourceIp: '192.0.2.1', body: bodyOf(Buffer.alloc(0)), ...more,
});
