# Bezala as a Rails app with Devise could be.
class User < ActiveRecord::Base
  devise :database_authenticatable

  # Bezala's tokens live long: all logins of a user get the same one while it serves.
  def renew_token
    return if token && token_until.future?

    update!(token: Devise.friendly_token, token_until: ENV.fetch("LIFETIME", "3600").to_f.seconds.from_now)
  end

  # Devise calls it after a login at /users/sign_in. Its stock answer is the user as JSON: so the token is there too.
  def after_database_authentication = renew_token
end

class ApplicationController < ActionController::Base
  # What Rails' guide advises where an API has no CSRF tokens.
  protect_from_forgery with: :null_session
  # What Devise's wiki advises for logins with JSON. Without it a right one is answered 406.
  respond_to :html, :json
end

class TokensController < ApplicationController
  def create
    password = params.require(:password)
    user = User.find_for_database_authentication(email: params.require(:email))
    if user&.valid_password?(password)
      user.renew_token
      render json: { token: user.token, user_id: user.id, receipts_email: user.receipts_email }
    else
      render json: { error: "Invalid email or password." }, status: ENV.fetch("WRONG_LOGIN", "403").to_i
    end
  end

  def revoke
    User.update_all(token: nil)
    head :no_content
  end
end

class ItemsController < ApplicationController
  before_action :authenticate_user!

  PNG = Base64.decode64("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg==")
  PDF = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" \
        "trailer<</Root 1 0 R>>\n%%EOF\n".freeze

  def show = render(json: { id: params[:id] })

  def create = render(json: { id: "new", size: request.raw_post.bytesize }, status: :created)

  def image = send_data(PNG, type: "image/png", disposition: "inline")

  def pdf = send_data(PDF, type: "application/pdf", filename: "item.pdf")

  def limited = render(json: { ok: true })
end
