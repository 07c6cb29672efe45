// Counters and gauges for Prometheus.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export const metrics = new Registry();

collectDefaultMetrics({ register: metrics });

export const httpRequests = new Counter({
  name: 'kizashi_http_requests_total',
  help: 'HTTP requests by method and status',
  labelNames: ['method', 'status'],
  registers: [metrics],
});

export const httpSeconds = new Histogram({
  name: 'kizashi_http_request_seconds',
  help: 'Time to answer an HTTP request',
  labelNames: ['method'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  registers: [metrics],
});
