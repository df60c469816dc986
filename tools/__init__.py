"""What sets the product up and checks it. Never imported by the product."""
