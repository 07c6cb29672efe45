export interface ArticleRow {
  id: string;
  slug: string;
  state: 'draft' | 'published' | 'retired';
  model_id: string | null;
  maker_id: string | null;
  category_id: string | null;
  cause_id: string | null;
  title_en: string | null;
  body_en: string | null;
  title_ja: string | null;
  body_ja: string | null;
  /** The case whose answer it was promoted from. */
  case_id: string | null;
  owner_id: string | null;
  reviewed_at: number;
  published_at: number | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ArticleWordRow {
  article_id: string;
  word: string;
  weight: number;
}

/** What readers did. `visit_key` groups one reader's steps and names nobody. */
export interface ArticleEventRow {
  id: string;
  at: number;
  visit_key: string;
  kind: 'search' | 'read' | 'solved' | 'not_solved' | 'contact';
  article_id: string | null;
  query: string | null;
  hits: number | null;
}

export interface ArticleTables {
  articles: ArticleRow;
  article_words: ArticleWordRow;
  article_events: ArticleEventRow;
}
