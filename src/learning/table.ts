export interface ImprovementRow {
  id: string;
  title: string;
  hypothesis: string;
  cause_id: string | null;
  category_id: string | null;
  model_id: string | null;
  owner_id: string;
  state: 'proposed' | 'changed' | 'confirmed' | 'refuted' | 'dropped';
  changed_on: string | null;
  verdict: string | null;
  created_at: number;
  updated_at: number;
  version: number;
}

export interface ImprovementCaseRow {
  improvement_id: string;
  case_id: string;
}

export interface VocReviewRow {
  id: string;
  case_id: string;
  state: 'reviewing' | 'to_agree' | 'agreed';
  rating: number;
  first_reviewer_id: string;
  second_reviewer_id: string;
  policy: string | null;
  agreed_by: string | null;
  agreed_at: number | null;
  created_at: number;
  version: number;
}

export interface VocAnswerRow {
  review_id: string;
  reviewer_id: string;
  reason: 'product' | 'response_speed' | 'response_content' | 'policy' | 'other';
  avoidable: 'yes' | 'no';
  comment: string;
  answered_at: number;
}

export interface LearningTables {
  improvements: ImprovementRow;
  improvement_cases: ImprovementCaseRow;
  voc_reviews: VocReviewRow;
  voc_answers: VocAnswerRow;
}
