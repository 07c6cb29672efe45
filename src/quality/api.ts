// Every JSON route of quality.
import { newApi } from '../web/route.ts';
import { chartApi } from './chartApi.ts';
import { lifeApi } from './lifeApi.ts';
import { rateApi } from './rateApi.ts';

export const qualityApi = newApi();
qualityApi.route('/', rateApi);
qualityApi.route('/', lifeApi);
qualityApi.route('/', chartApi);
