import type { RestApi } from './rest-api';
import type { TokenBucket } from './token-bucket';

/** A usage plan: its stages, and the throttling of each of its API keys. */
export interface UsagePlan {
  readonly stages: readonly { readonly ApiId: string; readonly Stage: string }[];
  readonly throttle?: () => TokenBucket;
}

/** API Gateway's REST APIs, API keys and usage plans, by id. */
export class ApiGatewayService {
  public readonly apis = new Map<string, RestApi>();
  public readonly apiKeys = new Map<string, { readonly value: string; readonly enabled: boolean }>();
  public readonly usagePlans = new Map<string, UsagePlan>();
}
