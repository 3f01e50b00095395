import { hostname } from 'node:os';
import { Registry } from 'prom-client';
