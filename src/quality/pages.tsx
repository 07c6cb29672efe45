// Every page of quality.
import { newPages } from '../web/page.tsx';
import { analysisPages } from './analysisPages.tsx';
import { lifePages } from './lifePages.tsx';
import { ratePages } from './ratePages.tsx';
import { recordPages } from './recordPages.tsx';

export const qualityPages = newPages();
qualityPages.route('/', ratePages);
qualityPages.route('/', analysisPages);
qualityPages.route('/', recordPages);
qualityPages.route('/', lifePages);
