// Who may do what. A permission is `<area>:<read|write|…>`; a role is a set of them; what is not listed is refused.
export const permissions = [
  'catalog:read', 'catalog:write',
  'unit:read', 'unit:write',
  'telemetry:read', 'telemetry:write', 'device:command',
  'return:read', 'return:write', 'return:approve',
  'inspection:read', 'inspection:write', 'inspection:override',
  'stock:read', 'stock:write', 'stock:approve',
  'quality:read', 'quality:write',
  'alert:read', 'alert:write',
  'investigation:read', 'investigation:write',
  'claim:read', 'claim:write',
  'case:read', 'case:write', 'case:lead',
  'notice:read', 'notice:write', 'notice:approve',
  'article:read', 'article:write',
  'code:write',
  'import:write', 'export:read',
  'history:read', 'webhook:write',
  'person:admin', 'self:read', 'self:write',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = ['tech', 'stock', 'quality', 'lead', 'engineer', 'admin', 'partner'] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Permission[] = ['self:read', 'self:write', 'article:read'];
const staff: readonly Permission[] = [
  ...everyone, 'catalog:read', 'unit:read', 'telemetry:read', 'return:read', 'inspection:read', 'stock:read', 'quality:read',
  'alert:read', 'investigation:read', 'claim:read', 'case:read', 'notice:read', 'history:read', 'export:read',
];
const tech: readonly Permission[] = [
  ...staff, 'unit:write', 'device:command', 'return:write', 'inspection:write', 'stock:write', 'case:write', 'article:write', 'import:write', 'notice:write',
];
const quality: readonly Permission[] = [
  ...staff, 'unit:write', 'catalog:write', 'telemetry:write', 'return:write', 'return:approve', 'inspection:write', 'inspection:override', 'quality:write',
  'alert:write', 'investigation:write', 'claim:write', 'stock:approve', 'case:write', 'notice:write', 'notice:approve', 'code:write', 'article:write', 'import:write',
];

const granted: Record<Role, ReadonlySet<Permission>> = {
  tech: new Set(tech),
  stock: new Set([...staff, 'stock:write', 'return:write', 'unit:write', 'import:write']),
  quality: new Set(quality),
  lead: new Set([...tech, ...quality, 'case:lead', 'notice:approve']),
  engineer: new Set([...staff, 'telemetry:write', 'device:command', 'alert:write', 'catalog:write', 'unit:write', 'import:write', 'webhook:write']),
  admin: new Set(permissions),
  partner: new Set([...everyone, 'unit:read', 'return:read', 'return:write', 'case:read', 'case:write', 'notice:read']),
};

export const roleGrants = (role: Role, permission: Permission): boolean => granted[role].has(permission);
