"""After a promotion: health and late labels watch the new generation, and either can put its champion back."""
