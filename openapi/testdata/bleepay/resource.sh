curl --request POST 'https://payments.bleepay.com/api/v1/auth/sign-in' \
  --header 'Content-Type: application/json' \
  --data '{
    "type": "resource",
    "data": {
      "resource": "voucher::context::code::A1B2C3"
    }
  }'
