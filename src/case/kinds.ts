// What a case is about, the way it came, and who began it.
export type CaseType = 'trouble' | 'usage' | 'contract' | 'partner' | 'internal';
export type CaseSource = 'mail' | 'chat' | 'phone' | 'partner_form' | 'api' | 'csv' | 'alert' | 'staff';
export type CaseInitiator = 'customer' | 'partner' | 'staff' | 'alert';
