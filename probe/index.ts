export { PROBE_MODEL } from './chat-client';
export { type CheckName, CHECK_NAMES } from './checks';
export { type ModelServer, serveModel } from './model/server';
export { probe, type ProbeOptions, type Report } from './probe';
export { reportText } from './report';
