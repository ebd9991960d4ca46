// Activities
