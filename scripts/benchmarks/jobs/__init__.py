"""The suite `jobs`: plainbase's job queue beside PgQueuer, Procrastinate and Huey."""
