# Environment: LOGINS, WINDOW and LIFETIME, and WRONG_LOGIN, the status of a wrong login at /api/auth/token: 403 as in
# Bezala's older document, or 401 as in the current one.
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "devise"
require "devise/orm/active_record"
require "rack/attack"

class Bezala < Rails::Application
  config.load_defaults 6.1
  config.root = ENV.fetch("DIR")
  config.paths["config/routes.rb"] = [File.join(__dir__, "routes.rb")]
  config.eager_load = false
  config.secret_key_base = SecureRandom.hex(64)
  config.cache_store = :memory_store
  config.to_prepare { require_relative "bezala" }
end

window = ENV.fetch("WINDOW", "6").to_i
Rack::Attack.throttle("logins", limit: ENV.fetch("LOGINS", "5").to_i, period: window) do |request|
  request.ip if request.post? && request.path.match?(%r{\A/(api/auth/token|users/sign_in)(\.json)?\z})
end
Rack::Attack.throttle("limited", limit: 5, period: window) do |request|
  request.ip if request.path == "/api/limited"
end

# What a Devise app writes to have tokens. Without success the next strategy has its turn, and at last Devise's
# failure app.
class BearerToken < Warden::Strategies::Base
  def store? = false

  def valid? = token.present?

  def authenticate!
    user = User.where("token_until > ?", Time.current).find_by(token: token)
    success!(user) if user
  end

  private

  def token = ActionController::HttpAuthentication::Token.token_and_options(request)&.first
end
Warden::Strategies.add(:bearer_token, BearerToken)

Devise.setup do |config|
  config.warden { |manager| manager.default_strategies(scope: :user).unshift :bearer_token }
end

Rails.application.initialize!

ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table :users do |t|
    t.string :email, null: false, index: { unique: true }
    t.string :encrypted_password, null: false
    t.string :receipts_email, null: false
    t.string :token, index: { unique: true }
    t.datetime :token_until
  end
end
User.create!(email: "me@example.com", password: "correct horse battery", receipts_email: "receipts@example.com")
