"""The ML domain: functions over a database that need more than one statement."""
