"""The documented tables of James LLM, under the names that they may have."""

from __future__ import annotations

from plainbase.platform.legacy.layout import Expected

CONFIGS = Expected.of(
    (
        "neural_configs",
        "neural_config",
    ),
    "id name config created_at updated_at",
)
JOBS = Expected.of(
    (
        "training_jobs",
        "training_job",
    ),
    "id job_id status progress message error neural_config_id text_corpus_id started_at completed_at created_at",
)
CORPUS = Expected.of(
    (
        "text_corpus",
        "text_corpora",
        "text_corpuses",
    ),
    "id title content source metadata word_count char_count created_at",
)
NGRAMS = Expected.of(
    (
        "markov_ngrams",
        "markov_ngram",
        "markov_n_grams",
    ),
    "id n context next_char count probability",
)
CHECKPOINTS = Expected.of(
    (
        "neural_checkpoints",
        "neural_checkpoint",
        "checkpoints",
        "model_checkpoints",
    ),
    "id epochs block_size path notes loss accuracy is_best training_job_id created_at",
)
GENERATIONS = Expected.of(
    (
        "generation_history",
        "generation_histories",
        "generations",
    ),
    "id prompt response model parameters quality_score user_rating created_at",
)
ACCURACY = Expected.of(
    (
        "accuracy_metrics",
        "accuracy_metric",
    ),
    "id metric_type value metadata model_checkpoint_id created_at",
)
EXPECTED = (CONFIGS, JOBS, CORPUS, NGRAMS, CHECKPOINTS, GENERATIONS, ACCURACY)
