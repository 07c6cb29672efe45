// Every page of the desk. What has a fixed name comes before what has an id.
import { newPages } from '../web/page.tsx';
import { caseActions } from './actions.ts';
import { casePage } from './casePage.tsx';
import { contactPages } from './contactPages.tsx';
import { caseListPages } from './listPage.tsx';
import { caseToolPages } from './toolPages.tsx';

export const casePages = newPages();
casePages.route('/', caseListPages);
casePages.route('/', contactPages);
casePages.route('/', caseToolPages);
casePages.route('/', casePage);
casePages.route('/', caseActions);
