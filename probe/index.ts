export { type CheckName, CHECK_NAMES } from './checks';
export { type ModelServer, serveModel } from './model/server';
export { probe, PROBE_MODEL, type ProbeOptions, type Report } from './probe';
export { reportText } from './report';
