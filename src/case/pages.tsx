// Every page of the desk. What has a fixed name comes before what has an id.
import { newPages } from '../web/page.tsx';
import { absencePage } from './absencePage.tsx';
import { caseActions } from './actions.ts';
import { automaticMailPages } from './automaticMailPages.tsx';
import { casePage } from './casePage.tsx';
import { contactPages } from './contactPages.tsx';
import { caseListPages } from './listPage.tsx';
import { ratePage } from './ratePage.tsx';
import { settingsPage } from './settingsPage.tsx';

export const casePages = newPages();
casePages.route('/', caseListPages);
casePages.route('/', contactPages);
casePages.route('/', absencePage);
casePages.route('/', settingsPage);
casePages.route('/', ratePage);
casePages.route('/', automaticMailPages);
casePages.route('/', casePage);
casePages.route('/', caseActions);
