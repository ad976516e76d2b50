"""The suite `platform`: search, export, analytics and the dashboard over a database of a platform's size."""
