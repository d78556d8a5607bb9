import type { RestApi } from './rest-api';

/** API Gateway's REST APIs, API keys and usage plans, by id. */
export class ApiGatewayService {
  public readonly apis = new Map<string, RestApi>();
  public readonly apiKeys = new Map<string, { readonly value: string; readonly enabled: boolean }>();
  public readonly usagePlans = new Map<string, readonly { readonly ApiId: string; readonly Stage: string }[]>();
}
