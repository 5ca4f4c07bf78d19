curl -X POST "https://api.example.com/auth/login" \ -d "username=user@example.com" \ -d "password=secretpassword"
