"""What runs beside the hub, each in a process of its own."""
