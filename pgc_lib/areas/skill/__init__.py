"""What is known of skills in general: levels, trees, fading, roles, and what git repositories tell."""
