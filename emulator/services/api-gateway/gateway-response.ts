import { GATEWAY_ERRORS, type GatewayError } from './gateway-error';
import { textResponse, type Header, type HttpResponse } from '../../core/http';

/** A customized gateway response, from `AWS::ApiGateway::GatewayResponse`. */
export interface GatewayResponse {
  /** @default the status of the error */
  readonly statusCode?: number;
  readonly headers: readonly Header[];
  /** Body templates by content type. */
  readonly templates: Readonly<Record<string, string>>;
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** The template variables that the emulator supports. */
type Context = Readonly<Record<string, string>>;

/** The response to an error: the customized response of its type, else of `DEFAULT_4XX` or `DEFAULT_5XX`, else API Gateway's default. */
export function gatewayResponse(
  error: GatewayError, customized: ReadonlyMap<string, GatewayResponse>, requestId: string, accept?: string,
): HttpResponse {
  const { status, message, code } = GATEWAY_ERRORS[error.type];
  const custom = customized.get(error.type) ?? customized.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const templates = custom?.templates ?? {};
  const wanted = (accept ?? '').split(',').map((type) => type.split(';')[0].trim());
  const contentType = wanted.find((type) => type in templates) ?? 'application/json';
  const context: Context = {
    'error.message': message, 'error.messageString': JSON.stringify(message), 'error.responseType': error.type, 'requestId': requestId,
  };
  const body = (templates[contentType] ?? DEFAULT_TEMPLATE).replace(VARIABLE, (_, name: string) => context[name] ?? '');
  return {
    ...textResponse(custom?.statusCode ?? status, contentType, body, [['x-amzn-ErrorType', code], ...custom?.headers ?? []]),
    servedBy: error.servedBy,
  };
}

const VARIABLE = /\$context\.(error\.(?:messageString|message|responseType)|requestId)/g;

/** Reads the resource's properties. @throws Error if the emulator does not support a template or a parameter */
export function gatewayResponseOf(
  { StatusCode, ResponseParameters = {}, ResponseTemplates = {} }: {
    readonly StatusCode?: string; readonly ResponseParameters?: Record<string, string>; readonly ResponseTemplates?: Record<string, string>;
  },
): GatewayResponse {
  for (const [type, template] of Object.entries(ResponseTemplates)) {
    if (/[$#]/.test(template.replace(VARIABLE, ''))) throw new Error(`the template for ${type} must use the variables $context.error and $context.requestId only`);
  }
  const headers = Object.entries(ResponseParameters).map(([target, value]): Header => {
    const name = /^gatewayresponse\.header\.(.+)$/.exec(target)?.[1];
    const fixed = /^'(.*)'$/s.exec(value)?.[1];
    if (!name || fixed === undefined) throw new Error(`\`ResponseParameters\` must be headers with values in single quotes, got: ${target}: ${value}`);
    return [name, fixed];
  });
  return { statusCode: StatusCode === undefined ? undefined : Number(StatusCode), headers, templates: ResponseTemplates };
}
